"""Makes Tests/FoveaDataTests/Fixtures/hub_cache.json: the cache that huggingface_hub leaves after fetching from a small Hub.

Run from the root of the repository, with huggingface_hub installed:

    python Tests/Reference/hub_cache.py              # makes the fixture
    python Tests/Reference/hub_cache.py FOVEA        # with the fovea command's path: both programs share caches, both ways

The small Hub is a server on this machine with one model, the same as in Tests/FoveaDataTests/Hub/SmallHub.swift.
"""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "FoveaDataTests" / "Fixtures" / "hub_cache.json"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "resnet"}',
    "model.safetensors": bytes((i * 31 >> 3) & 255 for i in range(300_000)),
    "sub/deep/notes.txt": b"notes",
}


class SmallHub(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        if self.path.startswith("/api/models/org/net/revision/"):
            body, headers = json.dumps({"id": "org/net", "sha": COMMIT, "siblings": [{"rfilename": n} for n in FILES]}).encode(), {}
            return self.send(200, headers, body if with_body else b"")
        parts = self.path.strip("/").split("/", 4)
        if len(parts) < 5 or parts[:3] != ["org", "net", "resolve"]:
            return self.send(404, {"X-Error-Code": "RepoNotFound"}, b"")
        body = FILES.get(parts[4])
        if body is None:
            return self.send(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b"")
        headers = {"X-Repo-Commit": COMMIT}
        if len(body) > 100_000:
            headers["X-Linked-ETag"] = '"%s"' % hashlib.sha256(body).hexdigest()
            headers["X-Linked-Size"] = str(len(body))
            headers["ETag"] = '"store"'
        else:
            headers["ETag"] = '"%s"' % hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
        self.send(200, headers, body, with_body)

    def send(self, status, headers, body, with_body=True):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def tree(root):
    """Every file and link below a folder, but what is no part of the layout that programs share."""
    entries = []
    for path in sorted(Path(root).rglob("*")):
        name = str(path.relative_to(root))
        if name == "CACHEDIR.TAG" or "/trees/" in name or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            entries.append({"path": name, "link": os.readlink(path)})
        else:
            data = path.read_bytes()
            entry = {"path": name, "sha256": hashlib.sha256(data).hexdigest()}
            entries.append(entry | ({"text": data.decode()} if len(data) < 100 else {}))
    return entries


def fetch_in_python(endpoint, cache, offline=False):
    code = """
import huggingface_hub, sys
from huggingface_hub import errors
text = ["generation_config.json", "tokenizer.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer_config.json"]
for name in ["config.json", "preprocessor_config.json", *text, "model.safetensors"]:
    try:
        print(huggingface_hub.hf_hub_download("org/net", name))
    except (errors.EntryNotFoundError, errors.LocalEntryNotFoundError) as error:
        print("no " + name)
"""
    environment = os.environ | {
        "HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_TOKEN": "",
        "HF_HUB_OFFLINE": "1" if offline else "0",
    }
    return subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True).stdout


def fetch_in_swift(fovea, endpoint, cache, offline=False):
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1" if offline else "0"}
    return subprocess.run(
        [fovea, "models", "pull", "org/net"], env=environment, check=True, capture_output=True, text=True).stdout


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SmallHub)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.server_port}"
with tempfile.TemporaryDirectory() as python, tempfile.TemporaryDirectory() as swift:
    fetch_in_python(endpoint, python)
    if len(sys.argv) < 2:
        OUTPUT.write_text(json.dumps(tree(f"{python}/hub"), indent=1) + "\n")
        print(f"{OUTPUT}: {len(tree(f'{python}/hub'))} files")
    else:
        fetch_in_swift(sys.argv[1], endpoint, swift)
        mine, theirs = tree(f"{swift}/hub"), tree(f"{python}/hub")
        assert mine == theirs, f"fovea left\n{json.dumps(mine, indent=1)}\nand huggingface_hub\n{json.dumps(theirs, indent=1)}"
        print("the same files, links and locks:", len(mine))
        print("fovea on huggingface_hub's cache, offline:", fetch_in_swift(sys.argv[1], endpoint, python, offline=True).strip())
        print("huggingface_hub on fovea's cache, offline:", fetch_in_python(endpoint, swift, offline=True).split("\n"))
