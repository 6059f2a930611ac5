"""What the cases share: the project as it was before, the shop, and the figures that are printed at the end."""
import table
from gureum import Failed, steps
from project import Project, picture

SHOP = ("-f", "examples/shop.yaml")
CASES = []


def case(function):
    """A case: its name is the function's, its sentence the docstring. Cases run in the order of the files."""
    CASES.append((function.__name__, (function.__doc__ or "").strip().splitlines()[0], function))
    return function


def expect(what, wanted, seen):
    if wanted != seen:
        if isinstance(wanted, set) and isinstance(seen, set):
            lines = [f"  missing: {line}" for line in sorted(wanted - seen)] + [f"  too much: {line}" for line in sorted(seen - wanted)]
            raise Failed(f"{what}:\n" + "\n".join(lines))
        raise Failed(f"{what}: expected {wanted!r}, seen {seen!r}")


def expect_text(what, wanted, text):
    """The text holds each of the words, whatever their case."""
    missing = [word for word in wanted if word.lower() not in text.lower()]
    if missing:
        raise Failed(f"{what}: {', '.join(map(repr, missing))} not in:\n{text[-3000:]}")


class World:
    def __init__(self, gureum):
        self.gureum = gureum
        self.project = Project()
        self.before = self.project.ids()
        self.figures = {}  # line of the table → (seconds, calls)
        self.complete = False

    def shop(self):
        """Brings the shop up where it is not, so that every case can run alone."""
        if not self.complete:
            run = self.gureum.deploy(*SHOP)
            self.complete = True
            self.figures.setdefault("create", (run.seconds, run.calls))

    def no_shop(self):
        """Takes everything away."""
        self.complete = False
        run = self.gureum.destroy("shop", "--delete-data")
        self.expect_nothing()
        return run

    def expect_nothing(self):
        expect("what is left of the shop", set(), {f"{kind} {id}" for kind, id in self.project.ids() - self.before})

    def expect_table(self, file, name):
        """The project holds exactly what the table says, beside what was there before."""
        wanted = table.read(file, *self.project.identity(name))
        found = table.differences(wanted, picture(self.project, self.before))
        if found:
            raise Failed(f"{len(found)} differences from {file}:\n  " + "\n  ".join(found))

    def expect_shop(self):
        self.expect_table("shop.expected.yaml", "shop")

    def expect_no_step(self, *args):
        expect("steps of the plan", set(), steps(self.gureum.plan(*(args or SHOP))))
