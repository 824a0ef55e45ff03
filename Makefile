# Two commands are enough: `make up` to see it, `make test` to check it. docs/operations.md says more.
.PHONY: env up test fast check gates bench lint
BIN := .venv/bin

env: ; @.ci/env
up: env ; @$(BIN)/tongcheng up $(ARGS)
lint: env ; @$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
fast: lint ; @$(BIN)/pytest -q -m "not db and not browser" --ignore tests/browser
check: fast ; @$(BIN)/mypy
test: lint ; @$(BIN)/mypy && $(BIN)/pytest -q --scoreboard $(ARGS)
gates: env ; @$(BIN)/pytest -q --gates $(ARGS)
bench: env ; @$(BIN)/tongcheng bench all $(ARGS)
