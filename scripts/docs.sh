#!/bin/sh
# Builds the reference documentation of every library target into .build/docs, with the toolchain's own docc.
set -eu
cd "$(dirname "$0")/.."

graphs=.build/symbol-graphs
rm -rf "$graphs" .build/docs
mkdir -p "$graphs" .build/docs
for target in Torch FoveaImaging FoveaData FoveaModels FoveaMetrics FoveaTraining Fovea; do
  mkdir -p "$graphs/$target"
  swift build --target "$target" -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs/all"
  find "$graphs/all" -name "$target*.symbols.json" -exec mv {} "$graphs/$target/" \; 2>/dev/null || true
  docc convert --fallback-display-name "$target" --fallback-bundle-identifier "fovea.$target" \
    --additional-symbol-graph-dir "$graphs/$target" --output-path ".build/docs/$target.doccarchive"
done
echo "Documentation is in .build/docs; look at it with: docc preview, or any web server"
