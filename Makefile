# Fovea's commands. `make demo` trains a classifier from nothing; `make test` runs every test.
.PHONY: help setup build demo notebooks run-notebooks test-notebooks test bench format lint docs clean

fovea = .build/release/fovea

help:  ## Lists these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 16

setup:  ## Installs what is missing: Debian packages, and libtorch into .libtorch/
	@scripts/setup.sh

build: setup  ## Builds the fovea command, in release mode
	swift build -c release --product fovea

demo: build  ## Trains a small ResNet on Fashion-MNIST, then classifies a few images
	@scripts/demo.sh $(fovea)

test: setup  ## Runs every test
	swift test

bench: build  ## Measures Fovea beside its Python peers; ROW=word for some rows only
	@Benchmarks/setup.sh
	.bench/bin/python Benchmarks/run.py --row "$(ROW)"

format:  ## Lays the code out
	swift format --in-place --recursive Package.swift Sources Tests NotebookKernel/Package.swift NotebookKernel/Sources NotebookKernel/Tests

lint:  ## Checks the layout of the code
	swift format lint --strict --recursive Package.swift Sources Tests NotebookKernel/Package.swift NotebookKernel/Sources NotebookKernel/Tests

notebooks:  ## Installs Jupyter and the Swift kernel, and opens the notebooks
	@scripts/notebooks.sh open

run-notebooks:  ## Executes every notebook and stores what it shows; FOVEA_QUICK=1 makes it short and stores nothing
	@scripts/notebooks.sh run

test-notebooks:  ## Tests the Swift kernel with real clients
	@scripts/notebooks.sh test

docs: setup  ## Builds the reference documentation into .build/docs
	@scripts/docs.sh

clean:  ## Removes what was built
	rm -rf .build
