#!/bin/sh
# Builds the reference documentation of every library target into .build/docs, with the toolchain's own docc.
set -eu
cd "$(dirname "$0")/.."

swift package dump-symbol-graph --minimum-access-level public >/dev/null
graphs=$(echo .build/*/symbolgraph)
rm -rf .build/docs
for target in Torch FoveaImaging FoveaData FoveaModels FoveaMetrics FoveaTraining Fovea; do
  mkdir -p ".build/docs/graphs/$target"
  cp "$graphs/$target.symbols.json" "$graphs/$target@"*.symbols.json ".build/docs/graphs/$target/" 2>/dev/null || true
  docc convert --fallback-display-name "$target" --fallback-bundle-identifier "fovea.$target" \
    --additional-symbol-graph-dir ".build/docs/graphs/$target" --output-path ".build/docs/$target.doccarchive"
done
rm -rf .build/docs/graphs
echo "The documentation is in .build/docs: .build/docs/Torch.doccarchive and its neighbours; any web server shows it"
