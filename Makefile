# The one door to everything one does with Tenon. `make` alone lists the targets; each line after ## is its help.
#
# Knobs: ARGS (passed to the program or the tests), FUZZ_SECONDS, BENCH_SECONDS.
.DEFAULT_GOAL := help
SHELL := /bin/sh
FUZZ_SECONDS ?= 60
NINJA := cmake --build
# What prettier formats and tests/lint.mjs checks.
JAVASCRIPT := 'tests/**/*.mjs' 'bench/*.mjs' 'tools/*.mjs' 'web/**/*.{ts,tsx,css}' 'sdk/js/**/*.{ts,mjs}'
# Compiled files are shared between clones of the same sources, wherever they stand.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help setup build run dev dev-web provider demo test test-unit test-web test-api test-browser screenshots test-readme \
        lint lint-quick format tsan \
        fuzz-smoke fuzz soak bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian and npm packages that building and testing need
	@tools/setup.sh test

build: ## Build the server as make run starts it (build/release/tenon)
	@tools/setup.sh run
	@$(MAKE) --no-print-directory build/release/build.ninja
	@$(NINJA) --preset release --target tenon

run: build ## Build and start Tenon with its data in ./data; ARGS="--listen …" adds flags
	@exec build/release/tenon serve $(ARGS)

dev: build/fast/build.ninja ## Build quickly and start Tenon with every log line; data in ./data
	@$(NINJA) --preset fast --target tenon
	@exec build/fast/tenon serve --log-level debug $(ARGS)

dev-web: ## Serve the dashboard with hot reload on port 7301, in front of a Tenon on 7300
	@tools/setup.sh test
	@cd web/apps/dashboard && node ../../../node_modules/vite/bin/vite.js

provider: ## Start the made-up CRM of the README's walk on 127.0.0.1:7400
	@tools/setup.sh test
	@PORT=7400 node tests/fakes/provider.mjs

demo: build ## Show it all: Tenon, a made-up provider and a host product; prints one address
	@tools/setup.sh test
	@TENON=$(CURDIR)/build/release/tenon node examples/demo/demo.mjs

test: test-build ## Build with sanitizers and run every test: unit, lint-quick, web, API, browser, README
	@node tests/run.mjs unit lint web api browser readme

test-unit: test-build ## Unit tests (gtest), on SQLite and a private PostgreSQL
	@node tests/run.mjs unit

test-api: test-build ## API tests against the real server; ARGS="tests/api/x.test.mjs" picks some
	@node tests/run.mjs api $(ARGS)

test-web: test-build ## Types and unit tests of the web apps
	@node tests/run.mjs web

test-browser: test-build ## Browser tests in Chromium
	@node tests/run.mjs browser $(ARGS)

screenshots: test-build ## Every screen and state, both themes, wide and narrow, into build/screenshots; ARGS="users" picks some
	@node tests/screenshots.mjs $(ARGS)

test-readme: test-build ## The README's walk, command by command
	@node tests/run.mjs readme

lint: test-build ## Formatting, module direction, clang-tidy and the rules of tests/lint.mjs
	@node tests/run.mjs lint
	@tools/tidy.sh $(ARGS)

lint-quick: ## What make test checks of it: formatting, module direction, house rules
	@node tests/run.mjs lint

format: ## Format the C++, TypeScript, JavaScript and CSS files
	@node_modules/.bin/prettier --log-level warn --no-error-on-unmatched-pattern --write $(JAVASCRIPT)
	@find server tools -name '*.h' -o -name '*.cpp' | xargs clang-format-19 -i

tsan: build/tsan/build.ninja ## Unit tests under ThreadSanitizer
	@$(NINJA) --preset tsan
	@tools/with-postgres.sh ctest --preset tsan -j2

fuzz-smoke: ## Ten seconds of each fuzzer
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=10

fuzz: build/fuzz/build.ninja ## FUZZ_SECONDS (60) of each fuzzer; findings and corpus stay in build/fuzz
	@$(NINJA) --preset fuzz
	@tools/fuzz.sh $(FUZZ_SECONDS)

soak: build ## Thirty minutes of load with faults; memory, descriptors and threads must stay flat
	@tools/setup.sh test
	@node bench/soak.mjs $(ARGS)

bench: build ## Measure the proxy against nginx; writes bench/results.md
	@tools/setup.sh bench
	@node bench/run.mjs $(ARGS)

clean: ## Remove everything that was built; data/ stays
	@rm -rf build node_modules

.PHONY: test-build
test-build:
	@tools/setup.sh test
	@$(MAKE) --no-print-directory build/dev/build.ninja
	@$(NINJA) --preset dev

# Configures a preset once; ninja itself notices later changes of the CMake files.
build/%/build.ninja:
	@tools/setup.sh $(if $(filter release fast,$*),run,test)
	@cmake --preset $* >build/setup/cmake-$*.log 2>&1 || { tail -n 40 build/setup/cmake-$*.log; exit 1; }
