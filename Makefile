# Fovea's commands. `make demo` trains a classifier from nothing; `make test` runs every test.
.PHONY: help setup build demo test bench format lint docs clean

fovea = .build/release/fovea

help:  ## Lists these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 10

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
	swift format --in-place --recursive Package.swift Sources Tests

lint:  ## Checks the layout of the code
	swift format lint --strict --recursive Package.swift Sources Tests

docs: setup  ## Builds the reference documentation into .build/docs
	@scripts/docs.sh

clean:  ## Removes what was built
	rm -rf .build
