#!/bin/sh
# Installs the peers that Fovea is measured against into `.bench/`, a private Python environment.
set -eu
cd "$(dirname "$0")/.."

[ -x .bench/bin/python ] || python3 -m venv .bench
.bench/bin/python -c 'import faiss, numpy, onnx, onnxruntime, onnxscript, openvino, PIL, torch, transformers' 2>/dev/null && exit 0
echo "Installing the peers into .bench (torch, onnxruntime, openvino: some 600 MB)" >&2
.bench/bin/pip install --quiet --disable-pip-version-check \
  torch==2.13.0 numpy pillow onnx onnxruntime onnxscript openvino transformers faiss-cpu
