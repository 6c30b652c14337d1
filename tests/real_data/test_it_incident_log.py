"""Who had closed a ticket at some moment: the replayed status history against DuckDB."""

import random
import tempfile
import unittest
from datetime import timedelta
from pathlib import Path

import duckdb
from program import DATA, MAPPINGS, save, tributary

FILES = DATA / "it_incident_log"
ROWS = {"conversations": 20769, "messages": 20769, "conversation_status_events": 119998}
QUESTIONS = 1000
SEED = 20161104

# At the moment asked about, the last event up to it decides.
EXPECTED = """
select
    question_id,
    case when last.state in ('Resolved', 'Closed') then last.updated_by end as done_by,
    case when last.state in ('Resolved', 'Closed') then last.updated_at end as done_at,
    last.resolved_by,
    events_of_the_minute
from (
    select
        question_id,
        arg_max(event, (event.updated_at, event.event_no)) as last,
        count(*) filter (event.updated_at = asked_at) as events_of_the_minute
    from questions
    left join event on event.ticket_id = questions.ticket_id and event.updated_at <= asked_at
    group by question_id
)
"""


class IncidentLog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.warehouse = cls.folder / "warehouse"
        cls.duckdb = duckdb.connect()
        cls.duckdb.execute("set TimeZone = 'UTC'")
        cls.duckdb.execute(f"create view event as from '{FILES / 'ticket_events.parquet'}'")

    def test_who_had_closed_a_ticket_at_a_moment(self):
        mapping = (MAPPINGS / "it_incident_log.sql").read_text()
        for table, rows in ROWS.items():
            text = f"{mapping}select * from incidents.{table};".encode()
            mapped = tributary(
                "sql", "--file", "-", "--format", "parquet",
                warehouse=self.warehouse, cwd=FILES, text=text,
            )  # fmt: skip
            path = save(self.folder / f"{table}.parquet", mapped)
            done = tributary("import", "--strict", table, path, warehouse=self.warehouse)
            self.assertIn(f"imported {rows}, unchanged 0, quarantined 0", done.stderr.decode())

        questions = self.folder / "questions.csv"
        questions.write_text("question_id,ticket_id,asked_at\n" + "".join(self.questions()))
        self.duckdb.execute(f"create table questions as from '{questions}'")
        self.duckdb.execute(f"create table expected as {EXPECTED}")

        sql = (Path(__file__).parent / "it_incident_log.sql").read_text()
        text = sql.replace("$questions", str(questions)).encode()
        answer = tributary(
            "sql", "--file", "-", "--format", "parquet", warehouse=self.warehouse, text=text
        )
        answers = save(self.folder / "answers.parquet", answer)

        said = f"select question_id, done_by::int, done_at::timestamp from '{answers}'"
        truth = "select question_id, done_by, done_at from expected"
        self.assertEqual(self.one(f"select count(*) from ({said})"), QUESTIONS)
        for one, other in [(truth, said), (said, truth)]:
            self.assertEqual(self.duckdb.sql(f"{one} except all {other}").fetchall(), [])

        # The sample holds what makes the question hard.
        self.assertGreater(self.one("select count(done_by) from expected"), 200)
        self.assertGreater(self.one("select count(*) from expected where done_by is null"), 200)
        for hard in ["done_by <> resolved_by", "events_of_the_minute > 1"]:
            self.assertGreater(self.one(f"select count(*) from expected where {hard}"), 20, hard)

    def one(self, sql):
        return self.duckdb.sql(sql).fetchall()[0][0]

    def questions(self):
        """Moments before, at, between and after the events of some tickets, the same every run."""
        tickets = self.duckdb.sql(
            "select ticket_id, list(updated_at order by updated_at) from event "
            "group by ticket_id order by ticket_id"
        ).fetchall()
        dice = random.Random(SEED)
        for number in range(QUESTIONS):
            ticket, moments = dice.choice(tickets)
            first, last = moments[0], moments[-1]
            minutes = int((last - first) / timedelta(minutes=1))
            asked_at = [
                first - timedelta(minutes=dice.randint(1, 1000)),
                dice.choice(moments),
                dice.choice(moments) - timedelta(seconds=1),
                first + timedelta(minutes=dice.randint(0, minutes)),
                last + timedelta(minutes=dice.randint(1, 100_000)),
            ][dice.choice([0, 1, 1, 1, 2, 3, 3, 4])]
            yield f"{number},{ticket},{asked_at.isoformat()}\n"


if __name__ == "__main__":
    unittest.main()
