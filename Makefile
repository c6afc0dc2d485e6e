# What a person does here. Each target installs what it lacks first; a second run is quick.
NODE := node_modules/node/bin/node
.DEFAULT_GOAL := help
.PHONY: help demo test check bench build clean deps

help: ## Lists the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## Installs the npm packages of the lock file, the pinned Node among them
	@scripts/install

demo: ## Builds a fat image from Debian packages, slims it, proves it, and runs it
	@scripts/install demo
	@demo/run

test: ## Installs what is missing, checks, and runs every test, those with real engines too
	@scripts/install test
	@$(MAKE) --no-print-directory check
	@scripts/with-docker scripts/test

check: deps ## Lints, checks the format and the types, and holds the architecture
	@node_modules/.bin/biome check --error-on-warnings .
	@node_modules/.bin/tsc -p .
	@$(NODE) --test --test-reporter=dot 'test/architecture/*.test.ts'

bench: ## Measures, each figure beside a peer's or the machine's limit (ARGS='--json FILE NAME…')
	@scripts/install bench
	@$(MAKE) --no-print-directory build
	@scripts/with-docker $(NODE) bench/main.ts $(ARGS)

build: deps ## Writes the package (JavaScript and declarations) to dist/
	@PATH="$(CURDIR)/node_modules/node/bin:$$PATH" scripts/build

clean: ## Removes what a build or a run left here
	@rm -rf dist .cache
