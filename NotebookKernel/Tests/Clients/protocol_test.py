"""Jupyter's own test suite for kernels, on the Swift kernel.

    .jupyter/bin/python -m unittest discover -s NotebookKernel/Tests/Clients -p '*_test.py'
"""

import unittest

import jupyter_kernel_test


class ProtocolTest(jupyter_kernel_test.KernelTests):
    kernel_name = "swift"
    language_name = "swift"
    file_extension = ".swift"

    code_hello_world = 'print("hello, world")'
    code_stderr = 'import Foundation\nfputs("trouble\\n", stderr)'
    code_generate_error = "struct Trouble: Error {}\nthrow Trouble()"
    code_clear_output = "clearOutput()"
    code_inspect_sample = "print"
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")

    completion_samples = [
        {"text": "prin", "matches": {"print("}},
        {"text": "[1, 2].rever", "matches": {"reverse()", "reversed()"}},
    ]
    complete_code_samples = ["1", "let a = 1", "func f() {\n}\n"]
    incomplete_code_samples = ["func f() {", "let a =", '"""\ntext']
    invalid_code_samples = ["let let = 1", '"text', "}"]

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"text"', "result": '"text"'},
        {"code": "[1, 2].map { $0 * 2 }", "result": "[2, 4]"},
    ]
    code_display_data = [
        {"code": 'display(HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": "display(PNG([1, 2, 3]))", "mime": "image/png"},
        {"code": 'display(Markdown("*m*"))', "mime": "text/markdown"},
        {"code": 'display(VegaLite("{}"))', "mime": "application/vnd.vegalite.v5+json"},
    ]


if __name__ == "__main__":
    unittest.main()
