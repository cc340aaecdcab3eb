"""Deviations: who assesses and confirms them, in time, and what is done about them."""
import json
import os
import subprocess
import tempfile

from bench import code, row


# ---- assessed and confirmed ----


def short_draw(p):
    """A deviation at the draw: its number."""
    p.at('CL1').work('draw', 'N1').typed('=27 mL')
    return p.batch_now()['deviations'][0]['dev']


def assess(p, dev, by='QC2', grade='minor'):
    """By who had no part in it; and the quality manager confirms it."""
    p.quiet(p.at('QA1').record(by, 'deviation.assessed', batch=p.batch, dev=dev, grade=grade, reason='調べた looked into'))
    told = {'told': 'FM'} if grade == 'major' else {}
    p.quiet(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev, **told))


@row('a deviation is closed that nobody has assessed', 'tubes', 'deviation.unassessed')
def closed_unassessed(p):
    dev = short_draw(p)
    p.caught(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'), 'deviation.unassessed')


@closed_unassessed.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)
    p.quiet(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'))


@row('a grade is confirmed as it stood before another person gave it', 'tubes', 'act.shown-differs')
def graded_since(p):
    dev, qa, seen = short_draw(p), p.at('QA1'), p.batch_now()['shown']
    p.quiet(qa.record('QC2', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='調べた looked into'))
    p.caught(qa.send('/v1/records', kind='deviation.confirmed', body={'batch': p.batch, 'dev': dev}, badge=code('P', 'QM'),
                     password=p.password('QM'), shown=seen), 'act.shown-differs')


@graded_since.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)


@row('one alone assesses a deviation and confirms it', 'tubes', ('right.nobody', 'right.barred'))
def confirms_own(p):
    dev = short_draw(p)
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='量は足りる enough'))
    p.caught(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev), 'right.nobody')


@confirms_own.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)


@row('closed on what one alone has assessed', 'tubes', 'deviation.unconfirmed')
def closed_unconfirmed(p):
    dev = short_draw(p)
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='量は足りる enough'))
    p.caught(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'), 'deviation.unconfirmed')


@closed_unconfirmed.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)
    p.quiet(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'))


@row('who measured it assesses what came of it', 'qc.gram.start', 'act.caused')
def assesses_own(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID').scan('X:OPT-POSITIVE')
    dev = p.batch_now()['deviations'][-1]['dev']
    p.caught(p.at('QA1').record('QC1', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='汚染 contaminated here'),
             'act.caused')


@assesses_own.honest
def _(p):
    p.wait('25m')
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID').scan('X:OPT-POSITIVE')
    dev = p.batch_now()['deviations'][-1]['dev']
    p.begun = p.status()['size']
    assess(p, dev, grade='major')


@row('somebody who was not designated assesses a deviation', 'tubes', 'record.role')
def assesses_undesignated(p):
    dev = short_draw(p)
    p.caught(p.at('QA1').record('MM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='急ぎ hurry'), 'record.role')


@assesses_undesignated.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)


@row('nobody assesses a deviation in time', 'tubes', 'deviation.late')
def assessed_late(p):
    short_draw(p)
    p.wait('5h')
    p.due('deviation.overdue', outcome='alert')


@assessed_late.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev)
    p.wait('5h')
    p.must(not p.found('deviation.overdue'), 'told although it was assessed in time')


@row('a major deviation becomes minor an hour before release', 'tubes', 'record.exists.patch')
def major_to_minor(p):
    dev = short_draw(p)
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='major', reason='少ない short'))
    p.caught(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='大丈夫 fine'),
             'record.exists')


@major_to_minor.honest
def _(p):
    dev = short_draw(p)
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='量は足りる enough'))
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='major', reason='やはり少ない short'))


@row('graded below the table', 'd3.collect.plates', 'deviation.table')
def below_the_table(p):
    p.at('B21').work('d3.closing.close', 'OP1', 'OP2').scan('L:IL2-2501/1')
    dev = p.batch_now()['deviations'][-1]['dev']
    p.caught(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='まだ使える still good'),
             'deviation.table')


@below_the_table.honest
def _(p):
    p.at('B21').work('d3.closing.close', 'OP1', 'OP2').scan('L:IL2-2501/1')
    dev = p.batch_now()['deviations'][-1]['dev']
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='major', reason='期限切れ expired'))


def counted(p, witness):
    """Plates counted, then corrected beyond the limit before the witness: the deviation."""
    qc = p.at('QC1S').work('d3.env.read', 'QC1').scans('EP2', '=0', 'AP2', '=0', 'FG3', 'FG4', '=0')
    qc.sign_in(witness)
    qc.correct('QC1', witness, 'd3.env.read', 'settle-cfu', '3')
    return p.batch_now()['deviations'][-1]['dev']


@row('the witness of a correction judges what came of it', 'd9.env.incubate', 'act.caused')
def witness_judges(p):
    dev = counted(p, 'QM')
    p.caught(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='軽微 small'), 'act.caused')


@witness_judges.honest
def _(p):
    dev = counted(p, 'QC3')
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QM', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='軽微 small'))


# ---- what is done about a deviation ----


CLEAN = {'room': 'B2', 'reason': '清掃した cleaned', 'result': '0 個 particles'}


@row('a room is called clean before anybody has judged what grew in it', 'd9.env.incubate', 'room.grown')
def reopened_unjudged(p):
    counted(p, 'QC2')
    p.caught(p.at('QA1').record('QM', 'room.reopened', **CLEAN), 'room.grown')


@reopened_unjudged.honest
def _(p):
    dev = counted(p, 'QC3')
    p.begun = p.status()['size']
    assess(p, dev)
    p.quiet(p.at('QA1').record('QM', 'room.reopened', **CLEAN))


def measure(p, owner='MM'):
    """A deviation that is assessed, with something to be done about it."""
    dev = short_draw(p)
    qa = p.at('QA1')
    p.begun = p.status()['size']
    assess(p, dev)
    p.quiet(qa.record('QM', 'deviation.action', batch=p.batch, dev=dev, owner=owner, due=p.day(7), reason='手順を教育する train'))
    return dev


@row('a deviation is closed before anything was done about it', 'tubes', 'deviation.actions')
def closed_undone(p):
    p.caught(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=measure(p), reason='済 done'), 'deviation.actions')


@closed_undone.honest
def _(p):
    dev = measure(p)
    p.quiet(p.at('QA1').record('QM', 'deviation.verified', batch=p.batch, action=p.batch + '-A1', reason='教育記録を見た seen'))
    p.quiet(p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'))


@row('who was to do it says that it was done', 'tubes', ('right.nobody', 'right.barred'))
def verifies_own(p):
    measure(p, 'QM')
    p.caught(p.at('QA1').record('QM', 'deviation.verified', batch=p.batch, action=p.batch + '-A1', reason='済 done'), 'right.nobody')


@verifies_own.honest
def _(p):
    measure(p)
    p.quiet(p.at('QA1').record('QM', 'deviation.verified', batch=p.batch, action=p.batch + '-A1', reason='教育記録を見た seen'))


def done(p, number, reason='教育記録を見た seen'):
    return p.at('QA1').record('QM', 'deviation.verified', batch=p.batch, action=f'{p.batch}-A{number}', reason=reason)


def act(p, dev, day, owner='MM', **more):
    return p.at('QA1').record('QM', 'deviation.action', batch=p.batch, dev=dev, owner=owner, due=p.day(day), reason='手順を教育する train', **more)


def planned(p, effect=True):
    """A major deviation with something to be done about it, and somebody who looks whether it helped."""
    dev = short_draw(p)
    p.begun = p.status()['size']
    assess(p, dev, grade='major')
    p.quiet(act(p, dev, 7))
    if effect:
        p.quiet(act(p, dev, 30, 'QC2', effect=True))
    return dev


def major(p, effect=True):
    """... and all of it was done."""
    dev = planned(p, effect)
    p.quiet(done(p, 1))
    if effect:
        p.quiet(done(p, 2))
    return dev


def close_major(p, dev, **more):
    return p.at('QA1').record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done', **more)


@row('a major deviation is closed, and nobody looks whether it helped', 'tubes', ('deviation.effect', 'deviation.major'))
def closed_without_effect(p):
    p.caught(close_major(p, major(p, effect=False), told='FM'), 'deviation.effect')


@closed_without_effect.honest
def _(p):
    p.quiet(close_major(p, major(p), told='FM'))


def graded_major(p):
    """... and not confirmed."""
    dev = short_draw(p)
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=dev, grade='major', reason='少ない short'))
    return dev


@row('a major deviation is confirmed behind the back of the facility manager', 'tubes', 'deviation.told')
def confirmed_untold(p):
    p.caught(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=graded_major(p)), 'deviation.told')


@confirmed_untold.honest
def _(p):
    dev = graded_major(p)
    p.quiet(p.at('QA1').record('FM', 'deviation.reported', batch=p.batch, dev=dev))
    p.quiet(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev))


def withdraw(p, number, **more):
    return p.at('QA1').sign_in('FM').record('QM', 'deviation.withdrawn', batch=p.batch, action=f'{p.batch}-A{number}',
                                            reason='別の製造番号の処置 of another batch', **more)


@row('quality alone takes back what was to be done', 'tubes', 'right.second')
def withdrawn_alone(p):
    measure(p)
    p.caught(withdraw(p, 1), 'right.second')


@withdrawn_alone.honest
def _(p):
    measure(p)
    p.quiet(withdraw(p, 1, witness=code('P', 'FM')))


@row('all that was to be done about a major deviation is taken back', 'tubes', 'deviation.last')
def withdrawn_last(p):
    planned(p)
    p.caught(withdraw(p, 1, witness=code('P', 'FM')), 'deviation.last')


@withdrawn_last.honest
def _(p):
    dev = planned(p)
    p.quiet(act(p, dev, 9))
    p.quiet(withdraw(p, 1, witness=code('P', 'FM')))


@row('a major deviation is closed on what will be done', 'tubes', 'deviation.major')
def closed_on_promises(p):
    p.caught(close_major(p, planned(p), told='FM', despite='期限に確認する seen when due'), 'deviation.major')


@closed_on_promises.honest
def _(p):
    p.quiet(close_major(p, major(p), told='FM'))


@row('what is done about a deviation is due in a year that nobody will see', 'tubes', 'deviation.due')
def due_never(p):
    dev = short_draw(p)
    assess(p, dev, grade='major')
    p.caught(act(p, dev, 26000), 'deviation.due')


@due_never.honest
def _(p):
    planned(p)


@row('it helped, before anything was done', 'tubes', 'deviation.measures')
def effect_first(p):
    planned(p)
    p.caught(done(p, 2), 'deviation.measures')


@effect_first.honest
def _(p):
    planned(p)
    p.quiet(done(p, 1))
    p.quiet(done(p, 2))


def odd_stain(p):
    """A deviation of the stain that QC1 will read: its number; and QC2 has assessed it."""
    p.wait('25m')
    p.quiet(p.at('QC1S').sign_in('QC1').record('QC1', 'deviation.opened', batch=p.batch, step='qc.gram.result', hold=False,
                                               reason='染色むら uneven'), 'hand.deviation')
    dev = p.batch_now()['deviations'][-1]['dev']
    p.begun = p.status()['size']
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', batch=p.batch, dev=dev, grade='minor', reason='読める readable'))
    return dev


@row('who assessed it works in its step, and it is confirmed', 'qc.gram.start', 'deviation.biased')
def assessor_works(p):
    dev = odd_stain(p)
    p.at('QC1S').work('qc.gram.result', 'QC2').scans('X:OPT-VALID', 'X:OPT-NEGATIVE')
    p.caught(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev), 'deviation.biased')


@assessor_works.honest
def _(p):
    dev = odd_stain(p)
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID', 'X:OPT-NEGATIVE')
    p.quiet(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev))


@row('who is done with it works in its step', 'qc.gram.start', 'act.judged')
def closer_works(p):
    dev = odd_stain(p)
    qa = p.at('QA1')
    p.quiet(qa.record('QM', 'deviation.confirmed', batch=p.batch, dev=dev))
    p.quiet(qa.record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'))
    p.at('QC1S').work('qc.gram.result', 'QC2').scan('X:OPT-VALID')
    p.due('deviation.opened', cause='act.judged')


@closer_works.honest
def _(p):
    dev = odd_stain(p)
    qa = p.at('QA1')
    p.quiet(qa.record('QM', 'deviation.confirmed', batch=p.batch, dev=dev))
    p.quiet(qa.record('QM', 'deviation.closed', batch=p.batch, dev=dev, reason='済 done'))
    p.at('QC1S').work('qc.gram.result', 'QC1').scans('X:OPT-VALID', 'X:OPT-NEGATIVE')


def two_entries(p):
    """Typed beyond the limit, and then otherwise by the other one."""
    b2 = p.at('B21').work('d0.opening.room', 'OP2', 'OP1').scans('=15.0 Pa')
    b2.scan('=42.2 °C')
    b2.scans('P:OP1')
    b2.scan('=22.2 °C')
    return p.batch_now()['deviations'][-1]['dev']


@row('two who work there say which of two entries is true', 'd0.opening.fitness', 'correction.stands')
def corrects_unjudged(p):
    two_entries(p)
    p.caught(p.at('B21').correct('OP1', 'OP2', 'd0.opening.room', 'temperature', '22.2'), 'correction.stands')


@corrects_unjudged.honest
def _(p):
    dev = two_entries(p)
    p.begun = p.status()['size']
    assess(p, dev)
    p.quiet(p.at('B21').correct('OP1', 'OP2', 'd0.opening.room', 'temperature', '22.2'))


# ---- secrets that others gave ----

GIVEN = {'pin': '909090', 'password': 'sample-given-by-others'}
OWN = {'pin': '808080', 'password': 'sample-my-own-choice'}


def cpfctl(p, *words):
    return subprocess.run([f'{os.path.dirname(p.folder)}/bin/cpfctl', '--dir', p.folder, *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def secrets_of(p, who, new, words, password=None, second=None, by=None, custodians=None):
    """`cpfctl person WORDS WHO`: new secrets of that person; the answer."""
    with tempfile.TemporaryDirectory() as folder:
        def file(name, text):
            with open(f'{folder}/{name}', 'w', encoding='ascii', opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
                f.write(text + '\n')
            return f'{folder}/{name}'
        by = by or ('FM' if second else who)
        more = ['--second', second, '--second-pin-file', file('second', p.pin(second)), '--reason', '紛失 lost'] if second else []
        more += ['--custodians', custodians, '--reason', '紛失 lost'] if custodians else []
        done = cpfctl(p, 'person', words, who, '--light-keys', '--as', by, '--password-file',
                      file('as', password or p.password(by)), '--new-pin-file', file('pin', new['pin']),
                      '--new-password-file', file('password', new['password']), '--json', *more)
    said = done.stdout.decode()
    p.must(custodians or done.returncode == 0, f'person {words}: {said}')
    return json.loads(said) | {'status': 200}


def instruction(p, who, key_of, days=7):
    """What the custodians sign: for that person, and the key that the other one has; for so many days."""
    out = os.path.join(tempfile.mkdtemp(dir=os.path.dirname(p.folder)), 'instruction.txt')
    entries = p.at('QA1').ask('GET', f'/v1/log?stream=person/{key_of}&limit=1000')['entries']
    key = [e['body']['key'] for e in entries if 'key' in e['body']][-1]
    done = cpfctl(p, 'keys', 'instruct', '--root', f'{p.folder}/evidence/keys/root.txt', '--key', os.path.join(p.folder, 'root', 'key'),
                  '--custodian-file', os.path.join(p.folder, 'root', 'passphrase'), '--out', out,
                  '--until', p.day(days), 'reset', who, key)
    p.must(done.returncode == 0, done.stdout.decode())
    return out


@row("quality's secrets made anew by an operator, with an old instruction of the custodians", None, 'custodians.other')
def old_instruction(p):
    answer = secrets_of(p, 'QM', GIVEN, 'reset', by='OP1', custodians=instruction(p, 'QM', 'FM'))
    p.caught(answer, 'custodians.other')


@old_instruction.honest
def _(p):
    p.quiet(secrets_of(p, 'QM', GIVEN, 'reset', by='OP1', custodians=instruction(p, 'QM', 'QM')))
    secrets_of(p, 'QM', OWN, 'secret', password=GIVEN['password'])


@row("an instruction of the custodians that has lain in a drawer", None, 'custodians.expired')
def drawer(p):
    p.caught(secrets_of(p, 'QM', GIVEN, 'reset', by='OP1', custodians=instruction(p, 'QM', 'QM', -1)), 'custodians.expired')


@drawer.honest
def _(p):
    p.quiet(secrets_of(p, 'QM', GIVEN, 'reset', by='OP1', custodians=instruction(p, 'QM', 'QM', 0)))


@row("an operator's secrets by the custodians, past the two who are there for it", None, 'custodians.others')
def past_the_two(p):
    p.at('QA1').sign_in('FM')
    p.at('QA1').sign_in('QM')
    p.caught(secrets_of(p, 'OP2', GIVEN, 'reset', by='OP1', custodians=instruction(p, 'OP2', 'OP2')), 'custodians.others')


@past_the_two.honest
def _(p):
    p.quiet(secrets_of(p, 'OP2', GIVEN, 'reset', second='QM'))


@row("signed with a colleague's secret that one has reset oneself", 'tubes', 'person.fresh-secret')
def signs_for_a_colleague(p):
    dev = short_draw(p)
    secrets_of(p, 'QC2', GIVEN, 'reset', second='QM')
    p.caught(p.at('QA1').record('QC2', 'deviation.assessed', password=GIVEN['password'], batch=p.batch, dev=dev, grade='minor',
                                reason='量は足りる enough'), 'person.fresh-secret')


@signs_for_a_colleague.honest
def _(p):
    dev = short_draw(p)
    secrets_of(p, 'QC2', GIVEN, 'reset', second='QM')
    secrets_of(p, 'QC2', OWN, 'secret', password=GIVEN['password'])
    p.begun = p.status()['size']
    # for a month it is told that the secret was made anew
    p.quiet(p.at('QA1').record('QC2', 'deviation.assessed', password=OWN['password'], batch=p.batch, dev=dev, grade='minor',
                               reason='量は足りる enough'), 'deviation.awaits')
    p.quiet(p.at('QA1').record('QM', 'deviation.confirmed', batch=p.batch, dev=dev))
