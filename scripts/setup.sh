#!/bin/sh
# Installs what Fovea needs and this machine lacks: Debian packages, and libtorch into `.libtorch/` (from the `torch`
# wheel, unpacked there; the user's Python is not touched). Does nothing when everything is there.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

torch=2.13.0
needed="libturbojpeg0-dev libjpeg62-turbo-dev libpng-dev libwebp-dev libcairo2-dev libarchive-dev libsqlite3-dev pkg-config gnuplot-nox fonts-dejavu-core"
wished="dataset-fashion-mnist"

found_version() { sed -n "s/^__version__ = '\([0-9.]*\).*/\1/p" "$1/version.py" 2>/dev/null || true; }

install_libtorch() {
  if [ -n "${LIBTORCH:-}" ]; then
    [ "$(found_version "$LIBTORCH")" = "$torch" ] || {
      say "LIBTORCH=$LIBTORCH holds no libtorch $torch: point it at the 'torch' folder of that wheel, or unset it"
      exit 1
    }
    return 0
  fi
  [ "$(found_version .libtorch/torch)" = "$torch" ] && return 0
  command -v python3 >/dev/null || { say "python3 with pip is needed to unpack libtorch: apt-get install python3-pip"; exit 1; }
  say "Installing libtorch $torch into .libtorch"
  rm -rf .libtorch/unpacked .libtorch/torch
  mkdir -p .libtorch
  pip="python3 -m pip install --quiet --disable-pip-version-check --no-deps --target .libtorch/unpacked"
  if command -v nvidia-smi >/dev/null && nvidia-smi >/dev/null 2>&1; then
    # With an NVIDIA card, the wheel with CUDA, and the CUDA libraries that it depends on.
    python3 -m pip install --quiet --disable-pip-version-check --target .libtorch/unpacked "torch==$torch"
  else
    $pip "torch==$torch+cpu" 2>/dev/null ||
      $pip --index-url https://download.pytorch.org/whl/cpu "torch==$torch" 2>/dev/null ||
      $pip "torch==$torch" ||
      { say "libtorch $torch cannot be installed: see pip's message above"; exit 1; }
  fi
  ln -sfn unpacked/torch .libtorch/torch
}

install_packages "$needed" "$wished" \
  "libjpeg-turbo, libpng, libwebp, cairo, libarchive, SQLite (with headers), pkg-config and gnuplot"
install_libtorch
