"""Who takes part: names, shares and seats."""

from dataclasses import replace

import pytest

from loadtest.crew import Crew, Roster, Tempo, sized


def crew(run: str = "ab12cd", *, station_secret: str = "s", driver_secret: str = "d") -> Crew:
    return Crew(
        run=run,
        rest_url="http://127.0.0.1:8000",
        station_url="ws://127.0.0.1:9000/ocpp",
        tenant="default",
        station_secret=station_secret,
        driver_secret=driver_secret,
        stations=8,
        drivers=2,
        app_stations=4,
        tempo=Tempo(session_s=7.0),
    )


@pytest.mark.parametrize(
    ("users", "share", "expected"),
    [
        (1000, 0.1, (900, 100, 200)),
        (20, 0.1, (18, 2, 4)),
        (3, 0.1, (2, 1, 1)),
        (3, 0.5, (1, 2, 1)),
        (10, 0.0, (9, 1, 2)),
    ],
)
def test_users_are_stations_and_drivers_with_stations_for_both(
    users: int, share: float, expected: tuple[int, int, int]
) -> None:
    assert sized(users, driver_share=share) == expected


def test_crew_is_read_as_it_was_written() -> None:
    assert Crew.read(crew().written()) == crew()


def test_stations_are_a_run_s_own_and_drivers_come_again() -> None:
    first, second = crew("one"), crew("two", station_secret="other")

    assert first.station_id(1) != second.station_id(1)
    assert first.station_password(1) != second.station_password(1)
    assert first.driver_email(1) == second.driver_email(1)
    assert first.driver_password(1) == second.driver_password(1)


def test_names_and_passwords_are_what_the_platform_takes() -> None:
    one = crew()

    assert len(one.station_id(99_999)) <= 48
    assert 16 <= len(one.station_password(1)) <= 40
    assert len(one.card(9_999)) <= 20  # OCPP 1.6 §7.28: CiString20
    assert len({one.card_at(station) for station in range(1, 9)}) == 2


def test_no_two_drivers_stand_at_one_station_while_there_are_enough() -> None:
    one = crew()

    places = [one.stations_of(driver) for driver in (1, 2)]

    assert sorted([*places[0], *places[1]]) == [one.station_id(number) for number in (1, 2, 3, 4)]
    assert all(len(stations) == 2 for stations in places)


def test_driver_without_a_station_of_their_own_shares_one() -> None:
    crowded = replace(crew(), drivers=3, app_stations=2)

    assert [crowded.stations_of(driver) for driver in (1, 2, 3)] == [
        [crowded.station_id(1)],
        [crowded.station_id(2)],
        [crowded.station_id(1)],
    ]


def test_lowest_free_number_is_given_once() -> None:
    roster = Roster(2, 1)

    given = [roster.take("station", "a") for _ in range(3)]
    roster.give_back("station", 1)

    assert given == [1, 2, None]
    assert roster.take("driver", "a") == 1
    assert roster.take("station", "b") == 1


def test_numbers_of_a_lost_worker_come_back() -> None:
    roster = Roster(3, 1)
    roster.take("station", "a")
    roster.take("station", "b")
    roster.take("driver", "a")

    roster.keep_only({"b"})

    assert [roster.take("station", "b"), roster.take("driver", "b"), roster.take("station", "b")] == [1, 1, 3]
