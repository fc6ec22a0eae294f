#!/bin/sh
# Swift in Jupyter: `prepare` installs and builds what is missing, `open` starts JupyterLab, `run` executes every notebook,
# `test` tests the kernel.
#
# JupyterLab goes into an environment of its own, `.jupyter/`; the user's Python is not touched.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

kernel="NotebookKernel"
built=".build/notebooks"

install_jupyter() {
  [ -x .jupyter/bin/jupyter-lab ] && [ -e .jupyter/lib/python3*/site-packages/jupyter_kernel_test ] 2>/dev/null && return 0
  say "Installing JupyterLab into .jupyter"
  [ -x .jupyter/bin/pip ] || python3 -m venv .jupyter
  .jupyter/bin/pip install --quiet --disable-pip-version-check jupyterlab nbconvert nbclient jupyter_kernel_test ||
    { say "JupyterLab cannot be installed from PyPI, and nothing of the notebooks can be tried without it: see pip's message above"; exit 1; }
}

# The quick mode takes the debug build, which the tests have made already; figures that count want the other.
build() {
  configuration=release
  [ "${FOVEA_QUICK:-}" = 1 ] && configuration=debug
  swift build -c release --package-path "$kernel"
  swift build -c "$configuration" --product FoveaDynamic
  swift build -c "$configuration" --product fovea
  ".build/$configuration/fovea" notebook install --prefix .jupyter
}

prepare() {
  scripts/setup.sh
  install_packages "libzmq3-dev python3-venv" "" "ZeroMQ with headers (libzmq), and Python's venv"
  install_jupyter
  build
}

# With FOVEA_QUICK=1 the results go to a folder that nobody keeps: stored outputs come from real runs.
run() {
  mkdir -p "$built"
  failed=""
  for notebook in Notebooks/*.ipynb; do
    [ -e "$notebook" ] || { say "There are no notebooks."; return 0; }
    begin=$(date +%s)
    if [ "${FOVEA_QUICK:-}" = 1 ]; then
      set -- --output-dir "$built" --ExecutePreprocessor.timeout=600
    else
      set -- --inplace --ExecutePreprocessor.timeout=-1
    fi
    if .jupyter/bin/jupyter nbconvert --log-level WARN --to notebook --execute "$@" "$notebook"; then
      say "$notebook: $(($(date +%s) - begin)) s"
    else
      failed="$failed $notebook"
    fi
  done
  [ -z "$failed" ] || { say "These notebooks failed:$failed"; exit 1; }
}

test_kernel() {
  swift build -c release --package-path "$kernel"
  # One build tree serves both: without testable imports, tests use the modules that were built. One after the other, as
  # they measure time.
  swift test -c release --disable-testable-imports --no-parallel --package-path "$kernel"
  .jupyter/bin/python -m unittest discover --start-directory "$kernel/Tests/Clients" --pattern '*_test.py'
}

case "${1:-}" in
prepare) prepare ;;
open) prepare && exec .jupyter/bin/jupyter lab Notebooks ;;
run) prepare && run ;;
test) prepare && test_kernel ;;
*) say "usage: $0 prepare|open|run|test"; exit 64 ;;
esac
