"""Random streams of events: window_funnel and retention against those of ClickHouse, in all modes."""

import csv
import io
import os
import random
import subprocess
import tempfile
import unittest
from itertools import combinations
from pathlib import Path

import chdb

PROGRAM = os.environ["TRIBUTARY_TEST_PROGRAM"]
STEPS = ["a", "b", "c", "d"]
WINDOW = 6
STREAMS = 3000
SEED = 20261122

MODES = ["strict_order", "strict_deduplication", "strict_increase", "strict_once", "allow_reentry"]
COMBINATIONS = [
    modes
    for count in range(len(MODES) + 1)
    for modes in combinations(MODES, count)
    if "allow_reentry" not in modes or "strict_order" in modes
]


def agrees(modes):
    """Whether ClickHouse treats events of one instant as we do: see udfs/README.md."""
    once = "strict_once" in modes
    return once if "strict_increase" in modes else not (once and "strict_deduplication" in modes)


class Funnels(unittest.TestCase):
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))

    def test_all_modes_agree_where_nothing_happens_at_one_instant(self):
        streams = list(random_streams(ties=False, most_steps=1))
        ours, theirs = self.answers(streams, COMBINATIONS)
        self.assert_equal(streams, COMBINATIONS, ours, theirs)

    def test_most_modes_agree_on_anything(self):
        streams = list(random_streams())
        agreeing = [modes for modes in COMBINATIONS if agrees(modes)]
        ours, theirs = self.answers(streams, agreeing)
        self.assert_equal(streams, agreeing, ours, theirs)

    def test_strict_increase_implies_strict_once(self):
        """A row is not later than itself; only together does ClickHouse keep all ways open."""
        streams = list(random_streams())
        increasing = [modes for modes in COMBINATIONS if "strict_increase" in modes]
        ours, theirs = self.answers(streams, increasing, [{*modes, "strict_once"} for modes in increasing])
        self.assert_equal(streams, increasing, ours, theirs)

    def test_strict_deduplication_of_different_instants(self):
        """Together with strict_once ClickHouse is at odds with us only about one instant."""
        streams = list(random_streams(ties=False))
        both = [modes for modes in COMBINATIONS if {"strict_deduplication", "strict_once"} <= {*modes}]
        ours, theirs = self.answers(streams, both)
        self.assert_equal(streams, both, ours, theirs)

    def test_documented_differences(self):
        # An a at the instant of the b hides the earlier a from ClickHouse.
        hidden = [(1, "a"), (2, "a"), (2, "b")]
        ours, theirs = self.answers([hidden], [("strict_increase",)])
        self.assertEqual((ours, theirs), ([[2]], [[1]]))

        # Which of two rows of one instant comes first decides in ClickHouse.
        modes = [("strict_deduplication", "strict_once")]
        rows = [(1, "ab"), (1, "b"), (2, "c")]
        ours, theirs = self.answers([rows, [rows[1], rows[0], rows[2]]], modes)
        self.assertEqual((ours, theirs), ([[2], [2]], [[3], [2]]))

        # A condition that is NULL is false, and does not take the row away from the others.
        rows = "(1, true, false), (2, cast(null as boolean), true)"
        ours = self.run_ours(
            "select window_funnel(interval '9 seconds', to_timestamp_seconds(column1), column2, column3), "
            f"array_to_string(retention(column2, column3), ' ') from (values {rows}) as t"
        )
        theirs = chdb.query(
            "select windowFunnel(9)(at, a, b), arrayStringConcat(retention(a, b), ' ') "
            "from values('at UInt32, a Nullable(UInt8), b Nullable(UInt8)', (1, 1, 0), (2, null, 1))",
            "CSV",
        )
        self.assertEqual(ours, [["2", "true true"]])
        self.assertEqual(str(theirs).strip(), '1,"1 0"')

    def test_retention_agrees(self):
        streams = list(random_streams())
        conditions = ", ".join(f"{step} = 1" for step in STEPS)
        ours = self.ours(streams, f"array_to_string(retention({conditions}), ' ')")
        theirs = self.theirs(
            streams, f"arrayStringConcat(arrayMap(r -> if(r = 1, 'true', 'false'), retention({conditions})), ' ')"
        )
        self.assertEqual(ours, theirs)
        self.assertGreater(len({tuple(row) for row in ours}), 8)

    def answers(self, streams, our_modes, their_modes=None):
        """Steps per stream and combination of modes."""
        conditions = ", ".join(f"{step} = 1" for step in STEPS)

        def our(modes):
            mode = f", '{','.join(modes)}'" if modes else ""
            window = f"interval '{WINDOW} seconds'"
            return f"window_funnel({window}, to_timestamp_seconds(at), {conditions}{mode})"

        def their(modes):
            parameters = ", ".join([str(WINDOW), *(f"'{mode}'" for mode in modes)])
            return f"windowFunnel({parameters})(toUInt32(at), {conditions})"

        ours = self.ours(streams, ", ".join(map(our, our_modes)))
        theirs = self.theirs(streams, ", ".join(map(their, their_modes or our_modes)))
        number = lambda rows: [[int(cell) for cell in row] for row in rows]
        return number(ours), number(theirs)

    def ours(self, streams, columns):
        path = self.write(streams)
        sql = f"""
            create external table events stored as csv location '{path}' options ('format.has_header' 'true');
            select stream, {columns} from events group by stream order by stream;
        """
        return [row[1:] for row in self.run_ours(sql)]

    def run_ours(self, sql):
        command = [PROGRAM, "sql", "--file", "-", "--format", "csv"]
        done = subprocess.run(command, input=sql.encode(), capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return list(csv.reader(io.StringIO(done.stdout.decode())))[1:]

    def theirs(self, streams, columns):
        path = self.write(streams)
        # One thread reads the rows in their order, which is what ClickHouse depends on.
        result = chdb.query(
            f"select stream, {columns} from file('{path}', CSVWithNames) "
            "group by stream order by stream settings max_threads = 1",
            "CSV",
        )
        return [row[1:] for row in csv.reader(io.StringIO(str(result)))]

    def write(self, streams):
        path = self.folder / "events.csv"
        with path.open("w") as file:
            file.write(",".join(["stream", "at", *STEPS]) + "\n")
            for number, events in enumerate(streams):
                for at, met in events:
                    flags = ",".join(str(int(step in met)) for step in STEPS)
                    file.write(f"{number},{at},{flags}\n")
        return path

    def assert_equal(self, streams, combinations, ours, theirs):
        self.assertEqual(len(ours), len(streams))
        for number, events in enumerate(streams):
            for modes, our, their in zip(combinations, ours[number], theirs[number], strict=True):
                self.assertEqual(our, their, f"{modes} {sorted(events)}")
        # The streams are worth comparing: every mode finds every length.
        for modes, found in zip(combinations, zip(*ours), strict=True):
            self.assertEqual(set(found), set(range(len(STEPS) + 1)), modes)


def random_streams(ties=True, most_steps=3):
    """Short ones in a narrow time, so that window ends, repetitions and ties are common."""
    dice = random.Random(SEED)
    for _ in range(STREAMS):
        count = dice.randint(1, 9)
        last = dice.choice([4, 8, 14])
        if ties:
            instants = [dice.randint(1, last) for _ in range(count)]
        else:
            instants = dice.sample(range(1, 16), count)
        step_counts = [min(dice.choice([0, 1, 1, 1, 1, 2, 3]), most_steps) for _ in instants]
        yield [(at, "".join(dice.sample(STEPS, n))) for at, n in zip(instants, step_counts)]


if __name__ == "__main__":
    unittest.main()
