#!/bin/sh
# Installs the peers that Fovea is measured against into `.bench/`, a private Python environment.
set -eu
cd "$(dirname "$0")/.."

peers="torch==2.13.0 numpy pillow onnx onnxruntime onnxscript openvino transformers faiss-cpu scipy pycocotools requests"
# These ask for other versions of the same, or for what they are not used for here.
alone="torchvision==0.28.0 facenet-pytorch==2.6.0 pycocoevalcap==1.2 scikit-image"
# The last transformers with GPT-2's tokenizer in Python, in a folder of its own.
older="transformers==4.57.6 tokenizers==0.22.2 huggingface-hub==0.36.2"

[ -x .bench/bin/python ] || python3 -m venv .bench
[ -d .bench/transformers-4 ] && .bench/bin/python -c '
import importlib.metadata, sys
for name in sys.argv[1:]: importlib.metadata.version(name.partition("==")[0])' $peers $alone 2>/dev/null && exit 0
echo "Installing the peers into .bench (torch, onnxruntime, openvino: some 600 MB; others: 300 MB)" >&2
install() { .bench/bin/pip install --quiet --disable-pip-version-check "$@"; }
install $peers
install --no-deps $alone
install --no-deps --upgrade --target .bench/transformers-4 $older
