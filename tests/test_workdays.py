from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.festivals import NAMES, OFFICIAL, festival_day, last_lunar_day, lunar_day
from bot.workdays import Calendar

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
MOMENTS = st.datetimes(
    datetime(2025, 6, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2027, 6, 1),  # noqa: DTZ001 - as above
    timezones=st.just(CHINA),
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-02-14", True),  # a Saturday made up for 春节
        ("2026-02-16", False),
        ("2026-02-28", True),
        ("2026-10-07", False),
        ("2026-10-10", True),
        ("2026-11-25", True),
        ("2026-11-28", False),
    ],
)
def test_the_official_calendar_knows_made_up_days(day: str, worked: bool) -> None:
    assert CALENDAR.is_workday(date.fromisoformat(day)) is worked
    assert not CALENDAR.is_estimated(date.fromisoformat(day))


def test_a_year_without_a_schedule_has_its_statutory_days() -> None:
    off = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [day for day in off if day.weekday() < 5 and not CALENDAR.is_workday(day)]

    assert [f"{day:%m-%d}" for day in off] == [
        "01-01",
        "02-05",
        "02-08",
        "04-05",
        "06-09",
        "09-15",
        "10-01",
    ]
    assert all(CALENDAR.is_estimated(day) for day in off)


def test_an_override_wins_and_is_no_estimate() -> None:
    calendar = Calendar(
        holidays=frozenset({date(2027, 2, 9), date(2026, 11, 25)}),
        workdays=frozenset({date(2027, 2, 6), date(2026, 10, 1)}),
    )

    assert not calendar.is_workday(date(2027, 2, 9))
    assert calendar.is_workday(date(2027, 2, 6))
    assert calendar.is_workday(date(2026, 10, 1))
    assert not calendar.is_workday(date(2026, 11, 25))
    assert not calendar.is_estimated(date(2027, 2, 9))
    assert calendar.is_estimated(date(2027, 2, 10))


def test_beyond_the_lunar_tables_only_weekends_are_off() -> None:
    assert CALENDAR.is_workday(date(2150, 10, 1))
    assert not CALENDAR.is_workday(date(2150, 10, 3))


@pytest.mark.parametrize(
    ("name", "year", "day", "first", "last"),
    [
        ("元旦", 2026, "2026-01-01", "2026-01-01", "2026-01-03"),
        ("春节", 2026, "2026-02-17", "2026-02-15", "2026-02-23"),
        ("清明", 2026, "2026-04-05", "2026-04-04", "2026-04-06"),
        ("劳动节", 2026, "2026-05-01", "2026-05-01", "2026-05-05"),
        ("端午", 2026, "2026-06-19", "2026-06-19", "2026-06-21"),
        ("中秋", 2026, "2026-09-25", "2026-09-25", "2026-09-27"),
        ("国庆", 2026, "2026-10-01", "2026-10-01", "2026-10-07"),
        ("国庆", 2023, "2023-10-01", "2023-09-29", "2023-10-06"),
    ],
)
def test_an_official_break(name: str, year: int, day: str, first: str, last: str) -> None:
    found = CALENDAR.festival(name, year)

    assert (str(found.day), str(found.first), str(found.last)) == (day, first, last)
    assert not found.estimated


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("春节", "2027-02-05", "2027-02-08"),
        ("清明", "2027-04-05", "2027-04-05"),
        ("劳动节", "2027-05-01", "2027-05-02"),
        ("国庆", "2027-10-01", "2027-10-03"),
    ],
)
def test_an_unknown_break_is_the_statutory_one(name: str, first: str, last: str) -> None:
    found = CALENDAR.festival(name, 2027)

    assert (str(found.first), str(found.last), found.estimated) == (first, last, True)


def test_overrides_make_a_break_known() -> None:
    days = (date(2027, 2, 3) + timedelta(days=n) for n in range(8))
    found = Calendar(holidays=frozenset(days)).festival("春节", 2027)

    assert (found.first, found.last, found.estimated) == (
        date(2027, 2, 3),
        date(2027, 2, 10),
        False,
    )


def test_only_the_seven_festivals_have_a_break() -> None:
    with pytest.raises(ValueError, match="情人节"):
        CALENDAR.festival("情人节", 2026)


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("除夕", 2026, "2026-02-16"),
        ("元宵", 2026, "2026-03-03"),
        ("重阳", 2026, "2026-10-18"),
        ("冬至", 2026, "2026-12-22"),
        ("母亲节", 2026, "2026-05-10"),
        ("父亲节", 2026, "2026-06-21"),
        ("感恩节", 2026, "2026-11-26"),
        ("黑色星期五", 2026, "2026-11-27"),
        ("复活节", 2024, "2024-03-31"),
        ("复活节", 2026, "2026-04-05"),
    ],
)
def test_the_day_of_a_festival(name: str, year: int, day: str) -> None:
    assert str(festival_day(name, year)) == day


@pytest.mark.parametrize(("name", "year"), [("春节", 1800), ("春节", 2150), ("吃货节", 2026)])
def test_no_such_festival(name: str, year: int) -> None:
    with pytest.raises(ValueError, match=r"lunar tables|unknown festival"):
        festival_day(name, year)


def test_every_festival_has_a_day_in_every_year_of_the_tables() -> None:
    for name in NAMES:
        for year in range(1901, 2100):
            assert festival_day(name, year).year in (year, year + 1)


def test_lunar_days_that_do_not_exist() -> None:
    assert lunar_day(2026, 13, 1) is None
    assert lunar_day(2026, 3, 1, leap=True) is None
    assert lunar_day(2025, 6, 1, leap=True) == date(2025, 7, 25)
    assert last_lunar_day(2025) == date(2026, 2, 16)
    assert last_lunar_day(2150) is None


def test_working_hours_skip_nights_weekends_and_holidays() -> None:
    since = datetime(2026, 9, 30, 17, tzinfo=CHINA)

    assert CALENDAR.working_hours(since, datetime(2026, 10, 8, 10, tzinfo=CHINA)) == timedelta(
        hours=2
    )
    assert CALENDAR.working_hours(since, since - timedelta(days=3)) == timedelta()
    assert CALENDAR.working_hours(
        datetime(2026, 11, 25, 0, tzinfo=CHINA),
        datetime(2026, 11, 25, 23, tzinfo=CHINA),
        opens=time(10),
        closes=time(16, 30),
    ) == timedelta(hours=6, minutes=30)


def test_working_hours_know_the_zone() -> None:
    utc = datetime(2026, 11, 25, 1, tzinfo=ZoneInfo("UTC"))

    assert CALENDAR.working_hours(utc, utc + timedelta(hours=9)) == timedelta(hours=9)


@given(DAYS, st.integers(1, 40))
def test_adding_and_taking_away_workdays_are_inverse(day: date, count: int) -> None:
    later = CALENDAR.add_workdays(day, count)

    assert CALENDAR.is_workday(later)
    assert later > day
    back = CALENDAR.add_workdays(later, -count)
    assert back <= day
    assert CALENDAR.add_workdays(back, count) == later


@given(DAYS)
def test_the_next_workday_is_the_first_after(day: date) -> None:
    found = CALENDAR.next_workday(day)

    between = ((day + timedelta(days=n)) for n in range(1, (found - day).days))
    assert not any(CALENDAR.is_workday(each) for each in between)
    assert CALENDAR.add_workdays(day, 0) == day


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_hours_add_up(one: datetime, two: datetime, three: datetime) -> None:
    since, middle, until = sorted((one, two, three))
    whole = CALENDAR.working_hours(since, until)

    parts = CALENDAR.working_hours(since, middle) + CALENDAR.working_hours(middle, until)
    assert whole == parts
    assert timedelta() <= whole <= until - since


@given(st.sampled_from(OFFICIAL), st.integers(2004, 2060))
def test_a_break_contains_its_festival_and_is_off(name: str, year: int) -> None:
    found = CALENDAR.festival(name, year)

    assert found.first <= found.day <= found.last
    days = (found.last - found.first).days + 1
    assert days <= 12


def walked(
    calendar: Calendar, since: datetime, until: datetime, opens: time, closes: time
) -> timedelta:
    """The working time between two moments, day by day and by the wall clock."""
    begin, end = (each.astimezone(calendar.zone).replace(tzinfo=None) for each in (since, until))
    total, day = timedelta(), begin.date()
    while day <= end.date():
        if calendar.is_workday(day):
            first = max(begin, datetime.combine(day, opens))
            last = min(end, datetime.combine(day, closes))
            total += max(last - first, timedelta())
        day += timedelta(days=1)
    return total


ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Beirut"])
INSTANTS = st.datetimes(
    datetime(2025, 2, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2028, 4, 1),  # noqa: DTZ001 - as above
    timezones=st.just(ZoneInfo("UTC")),
)
OVERRIDES = st.frozensets(st.dates(date(2025, 9, 20), date(2027, 3, 1)), max_size=4)
HOURS = st.lists(st.times(), min_size=2, max_size=2).map(sorted)


@given(INSTANTS, INSTANTS, ZONES, OVERRIDES, OVERRIDES, HOURS)
def test_working_hours_equal_the_walk_day_by_day(
    one: datetime,
    two: datetime,
    zone: str,
    holidays: frozenset[date],
    workdays: frozenset[date],
    hours: list[time],
) -> None:
    since, until = sorted((one, two))
    calendar = Calendar(zone=ZoneInfo(zone), holidays=holidays, workdays=workdays)
    opens, closes = hours

    counted = calendar.working_hours(since, until, opens=opens, closes=closes)
    assert counted == walked(calendar, since, until, opens, closes)


@given(DAYS, DAYS, OVERRIDES, OVERRIDES)
def test_workdays_are_counted_as_one_by_one(
    one: date, two: date, holidays: frozenset[date], workdays: frozenset[date]
) -> None:
    first, until = sorted((one, two))
    calendar = Calendar(holidays=holidays, workdays=workdays)

    days = (first + timedelta(days=n) for n in range((until - first).days))
    assert calendar.workdays_between(first, until) == sum(map(calendar.is_workday, days))
    assert calendar.workdays_between(until, first) == 0


def test_the_hour_that_clocks_skip_is_no_shorter_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(zone=berlin, workdays=frozenset({date(2026, 3, 29)}))
    sunday = datetime(2026, 3, 29, tzinfo=berlin)

    assert calendar.working_hours(
        sunday, sunday + timedelta(days=1), opens=time(0), closes=time(8)
    ) == timedelta(hours=8)


def test_a_year_is_known_by_its_schedule_or_by_any_override() -> None:
    assert CALENDAR.knows(2026)
    assert not CALENDAR.knows(2027)
    assert Calendar(holidays=frozenset({date(2027, 2, 9)})).knows(2027)
    assert Calendar(workdays=frozenset({date(2027, 2, 6)})).knows(2027)
