# weft-bench: what docs/performance.md publishes.  Built by make, never run by
# make check.
noinst_PROGRAMS += weft-bench
weft_bench_SOURCES = \
	tests/bench/bench.h \
	tests/bench/bench_json.c \
	tests/bench/bench_models.c \
	tests/bench/bench_replicate.c \
	tests/bench/bench_store.c \
	tests/bench/main.c \
	tests/bench/records.c tests/bench/records.h
weft_bench_LDADD = libweft-all.la
