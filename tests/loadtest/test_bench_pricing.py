"""The benchmark of pricing, made small: every line measures something."""

from loadtest.bench.pricing import measure


def test_every_tariff_of_the_benchmark_has_a_cost() -> None:
    lines = measure(cdrs=20)

    assert {name.partition(":")[0] for name in lines} == {"us_per_cdr", "us_per_reservation"}
    assert all(0 < us < 100_000 for us in lines.values())
