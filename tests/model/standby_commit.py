#!/usr/bin/env python3
"""The commit path with a synchronous standby that lags: every order of events, within small bounds.

    standby_commit.py            TAP: with all rules each world holds; without one of them some world breaks
    standby_commit.py -v         and the shortest way there

A world has one or two cpfd, one cpf-signer, clients that repeat until they have an answer, a primary and its
standby. A commit on the primary first is in its WAL, then waits for the standby. The wait ends when the standby
has it, or by pg_cancel_backend, which makes the transaction visible with a *warning*; the connection may be
lost before or after. The primary may be lost for good; then the standby, with what it has, is the database.

What must hold:
    kept     what a client was answered stands in the database, whatever becomes of the primary
    once     no command stands in the log twice, none is answered in two ways
    quiet    no alarm (signer ahead of the database, a head that nobody signed) after honest faults
    ends     from every state every client can still get its answer

Rules, each of which can be switched off:
    warned   a group whose COMMIT came with a warning is unknown: no settle, no answer, fence again
    counted  a fence counts only if its own COMMIT came without a warning
    own      a living cpfd goes on only at its own epoch + 1, or as much more as it has fences whose outcome it
             does not know; else it ends
    runs     ... and only if no row has lost its body meanwhile
    fence    after any doubt the epoch is raised first

Left out, since nothing here depends on them: the signer's file and power, leaves that are not commands.
A database is (leaves, void rows, epoch); a leaf is (client, attempt).
"""
import collections, sys

RULES = ("warned", "counted", "own", "runs", "fence")
NOBODY = frozenset()
S = collections.namedtuple("S", "answers tries daemons visible wal standby txs signer left alarm")
# standby: is there one? Its rows are wal[0]; wal[-1] is the primary's newest commit, visible or waiting.
D = collections.namedtuple("D", "mode living base epoch group step doubt read")
# mode: down, lost (living, no connection), fencing, opening, running. group: (leaves, void, is_void) or None.
T = collections.namedtuple("T", "who what base epoch new stage heard")  # stage: sent, locked, waiting
G = collections.namedtuple("G", "settled pending void epoch session")
DOWN = D("down", False, ((), NOBODY), 0, None, "", 0, None)
BUDGET = ("kill", "lose", "cancel", "promote", "crash")


def extends(a, b):
    return b[:len(a)] == a


class World:
    def __init__(self, rules=RULES, daemons=1, clients=1, tries=3, epochs=7, **budget):
        self.rules, self.ndaemons, self.nclients, self.tries, self.epochs = set(rules), daemons, clients, tries, epochs
        self.budget = tuple(budget.get(b, 0) for b in BUDGET)

    def first(self):
        empty = ((), NOBODY, 0)
        return S((None,) * self.nclients, (0,) * self.nclients, (DOWN,) * self.ndaemons, empty, (empty,), True, (),
                 G((), None, False, 0, None), self.budget, None)

    # ---- small helpers

    def spend(self, s, what):
        i = BUDGET.index(what)
        return None if not s.left[i] else s.left[:i] + (s.left[i] - 1,) + s.left[i + 1:]

    @staticmethod
    def with_daemon(s, i, d):
        return s._replace(daemons=s.daemons[:i] + (d,) + s.daemons[i + 1:])

    @staticmethod
    def unheard(s, i):
        """Daemon i has left its connections: what it sent goes on in the server, and nobody hears."""
        signer = s.signer._replace(session=None) if s.signer.session == i else s.signer
        return s._replace(txs=tuple(t._replace(heard=False) if t.who == i else t for t in s.txs), signer=signer)

    def lost(self, s, i):
        d = s.daemons[i]
        doubt = d.doubt + (1 if d.mode == "fencing" else 0)
        gone = d._replace(mode="lost", doubt=doubt, read=None) if d.living else DOWN
        return self.with_daemon(self.unheard(s, i), i, gone)

    # ---- events

    def events(self, s):
        if s.alarm:
            return
        for i, d in enumerate(s.daemons):
            name = "AB"[i]
            if d.mode in ("down", "lost"):
                yield from self.begin(s, i, d, name)
            elif d.mode == "opening":
                yield from self.open(s, i, d, name)
            elif d.mode == "running":
                yield from self.work(s, i, d, name)
            left = self.spend(s, "kill")
            if d.mode != "down" and left is not None:
                yield name + " is killed", self.with_daemon(self.unheard(s, i), i, DOWN)._replace(left=left)
            left = self.spend(s, "lose")
            if d.mode not in ("down", "lost") and left is not None:
                yield name + " loses its connections", self.lost(s, i)._replace(left=left)
        for t in s.txs:
            yield from self.transact(s, t)
        yield from self.servers(s)

    def begin(self, s, i, d, name):
        if "fence" not in self.rules:
            yield name + " reads the head", self.with_daemon(s, i, d._replace(mode="opening", read=s.visible))
        elif s.wal[-1][2] + len([t for t in s.txs if t.what == "fence"]) < self.epochs:
            t = T(i, "fence", None, None, None, "sent", True)
            yield name + " sends a fence", self.with_daemon(s, i, d._replace(mode="fencing"))._replace(txs=s.txs + (t,))

    def may_go_on(self, d, leaves, void, epoch):
        """A living daemon's own look at what its fence brought."""
        if "fence" in self.rules and "own" in self.rules and not d.epoch < epoch <= d.epoch + 1 + d.doubt:
            return False
        mine = d.group and d.group[0] == leaves
        if not mine and leaves != d.base[0]:
            return False
        known = d.group[1] if mine else d.base[1]
        return "runs" not in self.rules or void == known

    def open(self, s, i, d, name):
        (leaves, void, epoch), g = d.read, s.signer
        if "fence" in self.rules and epoch < g.epoch:
            yield name + " is stale for the signer, ends", self.with_daemon(s, i, DOWN)
            return
        if d.living and not self.may_go_on(d, leaves, void, epoch):
            yield name + " ends: the log is not as it left it", self.with_daemon(s, i, DOWN)
            return
        group = d.group if d.living else None
        if group and leaves == group[0]:
            d, group = d._replace(base=group[:2]), None
        if g.pending is not None and leaves == g.pending:
            g = G(g.pending, None, False, g.epoch, g.session)
        elif leaves != g.settled:
            if g.pending is None and extends(g.settled, leaves):
                yield name + ": a head that nobody signed", s._replace(alarm="unsigned head")
            else:
                yield name + ": the signer is ahead of the database", s._replace(alarm="signer refuses")
            return
        step = "made" if group else ""
        if g.pending is not None:
            if group and g.pending == group[0] and not g.void:
                step = "signed"
            elif d.living:
                yield name + " is handed a group that is not its own, ends", self.with_daemon(s, i, DOWN)
                return
            else:
                group = (g.pending, void | frozenset(range(len(leaves), len(g.pending))), True)
                g, step = g._replace(void=True), "signed"
        base = d.base if d.living else (leaves, void)
        n = D("running", True, base, epoch, group, step, 0, None)
        others = s if g.session in (None, i) else self.lost(s, g.session)
        yield name + " opens the signer at %d, epoch %d" % (len(leaves), epoch), self.answered(self.with_daemon(
            others, i, n)._replace(signer=g._replace(epoch=epoch, session=i)), base)

    def answered(self, s, base):
        """Whoever asked for what stands there has the answer."""
        leaves, void = base
        answers = list(s.answers)
        for k, (c, a) in enumerate(leaves):
            if k in void:
                continue
            if answers[c] not in (None, a):
                return s._replace(alarm="two answers")
            answers[c] = a
        return s._replace(answers=tuple(answers))

    def work(self, s, i, d, name):
        (leaves, void), g = d.base, s.signer
        mine = g.session == i and g.epoch == d.epoch
        if d.group is None:
            in_log = {x[0] for k, x in enumerate(leaves) if k not in void}
            wanted = [c for c in range(self.nclients) if c not in in_log and s.tries[c] < self.tries]
            if wanted:
                new = leaves + tuple((c, s.tries[c]) for c in wanted)
                tries = tuple(t + (c in wanted) for c, t in enumerate(s.tries))
                yield from self.sign(s._replace(tries=tries), i, d._replace(group=(new, void, False)), mine, name)
        elif d.step == "made":
            yield from self.sign(s, i, d, mine, name)
        elif d.step == "signed":
            t = T(i, "group", len(leaves), d.epoch, d.group, "sent", True)
            yield name + " sends its group", self.with_daemon(s, i, d._replace(step="sent"))._replace(txs=s.txs + (t,))
        elif d.step == "stored":
            if mine and g.pending == d.group[0]:
                yield name + ": settled, answered", self.answered(self.with_daemon(
                    s, i, d._replace(base=d.group[:2], group=None, step=""))._replace(
                        signer=g._replace(settled=g.pending, pending=None, void=False)), d.group[:2])
            else:
                yield name + ": the signer refuses to settle", self.lost(s, i)

    def sign(self, s, i, d, mine, name):
        if mine and s.signer.settled == d.base[0] and s.signer.pending is None:
            yield name + ": judged and signed", self.with_daemon(s, i, d._replace(step="signed"))._replace(
                signer=s.signer._replace(pending=d.group[0], void=False))
        else:
            yield name + ": the signer refuses to sign", self.lost(self.with_daemon(s, i, d._replace(step="made")), i)

    # ---- PostgreSQL

    def transact(self, s, t):
        rest = tuple(x for x in s.txs if x is not t)
        who = "AB"[t.who] + "'s " + t.what
        if t.stage == "sent":
            if any(x.stage != "sent" for x in s.txs):
                return  # the row is locked
            leaves, void, epoch = s.visible
            if t.what == "fence":
                row = (leaves, void, epoch + 1)
            elif t.base == len(leaves) and (t.epoch == epoch or "fence" not in self.rules):
                row = (t.new[0], t.new[1], epoch)
            else:
                after = s._replace(txs=rest)
                yield who + " is raised", self.with_daemon(self.unheard(after, t.who), t.who, DOWN) if t.heard else after
                return
            # what it read and wrote is fixed under the lock; from here it is in the WAL
            wal = s.wal + (row,) if s.standby else (row,)
            yield who + " is in the WAL", s._replace(txs=rest + (t._replace(stage="waiting", new=row),), wal=wal)
        elif t.stage == "waiting":
            if len(s.wal) == 1:
                yield who + " is committed", self.told(s._replace(txs=rest, visible=t.new), t, False)
            left = self.spend(s, "cancel")
            if left is not None and len(s.wal) > 1:
                yield who + ": wait cancelled, visible with a warning", self.told(
                    s._replace(txs=rest, visible=t.new, left=left), t, True)

    def told(self, s, t, warning):
        """What the daemon hears of its transaction, if it still listens."""
        d = s.daemons[t.who]
        if not t.heard:
            return s
        if t.what == "fence":
            if warning and "counted" in self.rules:
                return self.lost(s, t.who)
            return self.with_daemon(s, t.who, d._replace(mode="opening", read=t.new))
        if warning and "warned" in self.rules:
            return self.lost(s, t.who)
        return self.with_daemon(s, t.who, d._replace(step="stored"))

    def servers(self, s):
        if s.standby and len(s.wal) > 1:
            yield "the standby takes one more commit", s._replace(wal=s.wal[1:])
        left = self.spend(s, "promote")
        if left is not None and s.standby:
            yield "the primary is lost, the standby promoted (%d leaves)" % len(s.wal[0][0]), self.fallen(
                s._replace(visible=s.wal[0], wal=s.wal[:1], standby=False, left=left))
        left = self.spend(s, "crash")
        if left is not None:
            yield "the primary crashes and recovers", self.fallen(s._replace(visible=s.wal[-1], left=left))

    def fallen(self, s):
        for i, d in enumerate(s.daemons):
            if d.mode not in ("down", "lost"):
                s = self.lost(s, i)
        return s._replace(txs=())

    # ---- what must hold

    def wrong(self, s):
        if s.alarm:
            return "quiet: " + s.alarm if s.alarm != "two answers" else "once: two answers"
        leaves, void, _ = s.visible
        there = [x for k, x in enumerate(leaves) if k not in void]
        if len({c for c, _ in there}) != len(there):
            return "once: a command stands in the log twice"
        for c, a in enumerate(s.answers):
            if a is not None and (c, a) not in there:
                return "kept: an answered command is not in the database"
        return None

    def search(self, most=400_000):
        """None if all holds; else what broke, and the shortest way there. And the number of states."""
        start = self.first()
        came, queue, before, done = {start: None}, collections.deque([start]), collections.defaultdict(list), []
        while queue:
            s = queue.popleft()
            broken = self.wrong(s)
            if broken:
                return broken, self.way(came, s), len(came)
            if None not in s.answers:
                done.append(s)
            for label, n in self.events(s):
                before[n].append(s)
                if n not in came:
                    came[n] = (s, label)
                    queue.append(n)
            if len(came) > most:
                return "not exhausted within %d states" % most, [], len(came)
        reach = set(done)
        while done:
            for p in before[done.pop()]:
                if p not in reach:
                    reach.add(p)
                    done.append(p)
        for s in came:
            if s not in reach and max(s.tries) < self.tries and s.wal[-1][2] < self.epochs - 2:
                return "ends: nothing leads to an answer any more", self.way(came, s), len(came)
        return None, [], len(came)

    @staticmethod
    def way(came, s):
        steps = []
        while came[s]:
            s, label = came[s]
            steps.append(label)
        return steps[::-1]


def without(rule):
    return [r for r in RULES if r != rule]


HOLDS = [
    ("a wait is cancelled twice, the primary lost", dict(cancel=2, promote=1)),
    ("two commands at once", dict(clients=2, tries=2, epochs=5, cancel=2, promote=1)),
    ("cancelled three times, connections lost", dict(cancel=3, lose=1, promote=1)),
    ("connections lost twice, crash of the primary", dict(lose=2, crash=1, cancel=1, promote=1)),
    ("cpfd killed", dict(kill=2, tries=4, epochs=6, cancel=1, promote=1)),
    ("a second cpfd", dict(daemons=2, epochs=4, tries=2, cancel=1, promote=1)),
    ("a second cpfd, connections lost", dict(daemons=2, epochs=4, tries=1, lose=2)),
]
BREAKS = [
    ("a warning taken for an answer", "warned", dict(cancel=1, promote=1)),
    ("a fence with a warning counted", "counted", dict(cancel=2, promote=1)),
    ("a head read instead of fenced", "fence", dict(kill=1, cancel=1, promote=1)),
    ("a head of another's making trusted", "runs", dict(daemons=2, epochs=5, tries=1, lose=2)),
]


def main():
    loud, n, failed = "-v" in sys.argv[1:], 0, 0
    print("1..%d" % (len(HOLDS) + len(BREAKS)))
    for name, rule, bounds in [(x[0], None, x[1]) for x in HOLDS] + BREAKS:
        n += 1
        broken, steps, states = World(without(rule), **bounds).search()
        ok = (broken is None) if rule is None else (broken is not None and not broken.startswith("not exhausted"))
        failed += not ok
        print("%sok %d - %s: %s (%d states)" % ("" if ok else "not ", n, name, broken or "holds", states), flush=True)
        if loud or not ok:
            for step in steps:
                print("#   " + step)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
