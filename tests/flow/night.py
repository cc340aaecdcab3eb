"""A night alone, for tests/flow/seven: `night.py DIR`. In the middle of a session an operator falls ill; the incubator's alarm comes
while one is alone; at the next morning somebody else takes the place. Plays over the API, in the words of tests/insider."""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'insider'))
import bench  # noqa: E402  pylint: disable=wrong-import-position


def fit(p, who):
    p.at('GW1').work('d3.opening.fitness-other', who).scans('X:OPT-NONE', 'X:OPT-NONE', 'X:OPT-NONE').leave(who)


def shelf_of(p):
    return next(c['place'] for c in p.batch_now()['containers'] if c['container'] == f'{p.batch}-F1')


def places(p):
    """The view for people says of each container what the daemon says, once the follower is there."""
    ask = ['psql', '-qXAtc', "select container, coalesce(place, '') from cpf.container_place where batch = '%s'" % p.batch]
    mine = {c['container']: c.get('place', '') for c in p.batch_now()['containers']}
    for _ in range(120):
        view = dict(line.split('|') for line in subprocess.run(ask, check=True, capture_output=True, text=True).stdout.splitlines())
        if view == mine:
            return
        time.sleep(0.5)
    p.must(False, 'cpf.container_place: %s' % [(c, at, view.get(c)) for c, at in mine.items() if at != view.get(c)])


def sheet(p):
    """A form is handed out, and printed under its number with the steps of the session."""
    number = p.quiet(p.at('B21').record('OP1', 'form.issued', to='OP1'))['args']['form']
    out = os.path.join(sys.argv[1], 'form.pdf')
    ctl = [os.path.join(sys.argv[1], '..', 'bin', 'cpfctl'), '--dir', sys.argv[1], 'form', 'print', '--batch', p.batch, '--session', 'd3',
           '--force', '--out', out, '--form']
    subprocess.run([*ctl, number], check=True, stdout=subprocess.DEVNULL)
    text = subprocess.run(['pdftotext', out, '-'], check=True, capture_output=True, text=True).stdout
    p.must(number in text and p.batch in text and 'd3.' in text and 'Name, in ink' in text, 'the form does not say what it is')
    p.must('d10.' not in text, 'the form has the steps of another session')
    p.must(subprocess.run([*ctl, 'SF00-0001'], check=False, capture_output=True).returncode == 1, 'a form that nobody has is printed')


def night(p):
    p.batch = [b['batch'] for b in p.at('QA1').ask('GET', '/v1/batches')['batches'] if not b['closed']][-1]
    b2, old, new = p.at('B21'), shelf_of(p), 'INC-03-S8'
    # the plates stand, nothing is open: OP2 is ill and goes home; the bench knows who is left
    b2.work(None, 'OP1', 'OP2')
    b2.leave('OP2')
    p.quiet(p.at('QA1').record('OF', 'person.away', person='OP2', **{'from': p.day()}, until=p.day(2), reason='発熱 fever'))
    # one alone opens nothing
    p.must(b2.scan('X:STEP-D3-OUT')['code'] == 'people.too-few', 'one alone takes the flask out')
    p.wait('13h')
    # at night the incubator's alarm: quality is rung, the closed flask moves, and that is a deviation by itself
    moved = b2.send('/v1/records', kind='container.rescued', badge=bench.code('P', 'OP1'),
                    body={'batch': p.batch, 'containers': [p.raw('F1')], 'from': p.raw('W:' + old), 'to': p.raw('W:' + new),
                          'called': 'QM', 'reason': '庫内温度警報 alarm'})
    p.must(moved['code'] == 'rescue.moved' and moved['deviations'], 'the rescue is not recorded')
    p.must(shelf_of(p) == new, 'the flask is not where it was brought')
    places(p)
    silent = p.at('QA1').ask('GET', '/v1/silence')['silence']
    p.must([s for s in silent if s['what'] == 'rescue' and s['thing'] == f'{p.batch}-F1'], 'nobody is told to look at it')
    page = p.at('QA1').ask('GET', '/v1/last-resort')
    moved = [c for b in page['batches'] if b['batch'] == p.batch for c in b['containers'] if c.get('rescued')]
    p.must(moved and moved[0]['kind'] == {'ja': 'インキュベーター棚', 'en': 'incubator shelf'}, 'the page does not say so in words')
    p.must(page['ring'][0]['phone'], 'whom to ring has no telephone')
    # looked at, closed; then MM takes the place of who is ill, two see it, and the session goes on from where it stands
    b2.work('look', 'OP1').scans('F1', 'X:OPT-NORMAL')
    places(p)
    p.wait('10h')
    fit(p, 'OP1')
    fit(p, 'MM')
    b2.work(None, 'OP1', 'MM')
    p.must(b2.scan('X:STEP-D3-OUT')['code'] == 'rescue.unseen', 'it is opened and nobody has seen it')
    p.quiet(b2.send('/v1/records', kind='rescue.witnessed', badge=bench.code('P', 'OP1'),
                    body={'batch': p.batch, 'containers': [p.raw('F1')], 'place': p.raw('W:' + new), 'appearance': 'normal',
                          'witness': bench.code('P', 'MM')}))
    b2.scans('X:STEP-D3-OUT')
    p.must(b2.scan('W:' + old)['code'] == 'value.same', 'taken from where it does not stand')
    b2.scans('W:' + new, 'F1', 'X:OPT-NORMAL')
    places(p) # in hand, so nowhere
    p.must('place' not in next(c for c in p.batch_now()['containers'] if c['container'] == f'{p.batch}-F1'), 'the flask is in hand')
    sheet(p)
    print('night: over', p.batch)


night(bench.Play(sys.argv[1], 'honest'))
