#!/bin/sh
# Trains a small ResNet on Fashion-MNIST, measures it, and classifies a few images it has never seen.
set -eu
fovea=$1
run=runs/demo

rm -rf "$run"
"$fovea" train --recipe Recipes/fashion-mnist.yaml --output "$run"
"$fovea" evaluate "$run"
images=$("$fovea" datasets export fashion-mnist --split test --count 8 --output "$run/samples")
# The paths have no spaces: they are those of this script's own folder.
"$fovea" predict "$run" $images --top 1 --draw "$run/predictions.png"
echo
echo "The report: $run/report.html"
