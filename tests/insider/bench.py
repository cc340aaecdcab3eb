"""People at their stations, over the HTTPS API: what a row of tests/insider is told in.

A play is one telling of one row against a facility that was put back to where the row begins. What the rules say is
asked for at the end of the act: `caught` (the act that must not succeed quietly) and `quiet` (the neighbour). With the
defence off `caught` demands the opposite, and the row is over there.
"""
import base64
import datetime
import hashlib
import http.client
import json
import os
import secrets
import ssl
import time
import urllib.parse

ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
NOISE = ('refused', 'deviation.opened', 'hold.placed', 'room.blocked', 'person.locked', 'exposure.linked')

# The story's patients: batches take them in turn, by their serial number.
JUDGING = ('deviation.assessed', 'deviation.confirmed', 'deviation.closed', 'deviation.verified', 'deviation.withdrawn', 'hold.lifted')
PATIENTS = [('高﨑 花子', 'タカサキ ハナコ', 'Takasaki Hanako', '1957-03-04'), ('田中 一郎', 'タナカ イチロウ', 'Tanaka Ichiro', '1949-11-23'),
            ('田中 一朗', 'タナカ イチロウ', 'Tanaka Ichiro', '1952-06-30'), ('𠮷野 ふみ', 'ヨシノ フミ', 'Yoshino Fumi', '1963-08-17'),
            ('髙橋 健', 'タカハシ ケン', 'Takahashi Ken', '1971-01-09'), ('Müller 恵子', 'ミュラー ケイコ', 'Mueller Keiko', '1966-12-01')]


class Wrong(Exception):
    """The product did something else than the row says."""


class Seen(Exception):
    """With the defence off the act passed: the row is over."""


def check_character(kind, ident):
    """ISO 7064 MOD 37,36 over the type's letter and the id."""
    p = (36 + ALPHABET.index(kind)) % 36
    p = (p or 36) * 2 % 37
    for c in ident.replace('-', ''):
        s = (p + ALPHABET.index(c)) % 36
        p = (s or 36) * 2 % 37
    return ALPHABET[(37 - p) % 36]


def code(kind, ident):
    """C, 'NK26-0147-T1' -> as the label has it."""
    return f'{kind}-{ident}-{check_character(kind, ident)}'


def uuid7():
    raw = bytearray(int(time.time() * 1000).to_bytes(6, 'big') + secrets.token_bytes(10))
    raw[6] = 0x70 | raw[6] & 15
    raw[8] = 0x80 | raw[8] & 63
    h = raw.hex()
    return f'{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}'


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))


def format_time(t):
    return t.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.') + f'{t.microsecond // 1000:03d}Z'


SPAN = {'s': 1, 'm': 60, 'h': 3600, 'd': 86400}


def seconds(span):
    """'-90m', '3d' -> seconds"""
    return int(span[:-1]) * SPAN[span[-1]]


class Station:
    """One station of the facility: everything that is sent from it."""

    def __init__(self, play, name):
        self.play = play
        self.name = name
        with open(f'{play.folder}/stations/{name}.token', encoding='ascii') as f:
            self.token = f.read().strip()

    def ask(self, method, path, body=None):
        return self.play.request(method, path, self.token, body)

    def send(self, path, **members):
        """One command; what stands in `members` replaces what an honest client sends. None leaves it out."""
        body = {'id': uuid7()}
        body.update(members)
        answer = self.ask('POST', path, {k: v for k, v in body.items() if v is not None})
        self.play.last = answer
        return answer

    def sign_in(self, *people, pin=None):
        for who in people:
            self.play.quiet(self.send('/v1/sessions', badge=code('P', who), pin=pin or self.play.pin(who)))
        return self

    def scan(self, *what, **members):
        """'T1' a container of the batch, 'L:IL2-2601/1', 'E:CF-02', 'X:BACK', '=text as it stands'; the last one's
        answer."""
        answer = None
        for raw in what:
            answer = self.send('/v1/scans', raw=self.play.raw(raw), **members)
        return answer

    def typed(self, raw):
        """A value; and once more, by the other one, if that is asked."""
        answer = self.scan(raw)
        if answer.get('code') != 'value.once-more':
            return answer
        here = self.ask('GET', '/v1/stations/self')
        for who in (x if isinstance(x, str) else x['person'] for x in here['people']):
            if who != here['acting']:
                self.scans('P:' + who)
                break
        return self.scan(raw)

    def scans(self, *what):
        """Each must be taken without noise."""
        for raw in what:
            answer = self.scan(raw)
            if answer.get('code') in ('bench.take-over', 'bench.other-batch'): # that was meant
                answer = self.scan('X:YES')
            self.play.quiet(answer)
        return self

    def leave(self, *people):
        for who in people:
            if self.scan('X:OUT').get('code') == 'accepted.session-whose':
                self.scan('P:' + who)
            self.play.quiet(self.play.last)
        return self

    def people(self):
        return [x if isinstance(x, str) else x['person'] for x in self.ask('GET', '/v1/stations/self')['people']]

    def work(self, step, *who, batch=None):
        """Who is not there signs in; then the batch's card, the badge of the first, who acts, and the step's code."""
        here = self.people()
        self.sign_in(*(x for x in who if x not in here))
        self.scans('P:' + who[0], 'B:' + (batch or self.play.batch))
        if step:
            self.scans('X:STEP-' + step.upper().replace('.', '-'))
        return self

    def act(self, who, step, batch=None, password=None, **members):
        fields = members.pop('fields', {})
        if 'protocol' not in members and 'shown' not in members:
            members['shown'] = self.play.batch_now(batch).get('shown')
        return self.send('/v1/acts', badge=code('P', who), password=None if password is False else password or self.play.password(who),
                         batch=batch or (None if 'protocol' in members else self.play.batch), step=step,
                         fields={k: self.play.value(v) for k, v in fields.items()}, **members)

    def record(self, who, kind, /, password=None, **body):
        """The second person, if there is one here, gives the own PIN first."""
        second = body.get('witness', '')[2:-2]
        if second and second in self.people():
            self.sign_in(second)
        return self.named(who, kind, password, **body)

    def named(self, who, kind, /, password=None, **body):
        """A record whose second person is only named. Whoever judges has just looked at the batch."""
        seen = {'shown': self.play.batch_now(body['batch']).get('shown')} if kind in JUDGING else {}
        return self.send('/v1/records', kind=kind, body=body, badge=code('P', who),
                         password=password or self.play.password(who), **seen)

    def correct(self, who, witness, step, field, value, reason='読み誤り misread', **more):
        return self.record(who, 'correction', batch=more.pop('batch', self.play.batch), step=step, field=field, value=value,
                           reason=reason, witness=code('P', witness), **more)


class Play:
    """One telling of a row: mode tried, honest or off."""

    def __init__(self, folder, mode):
        self.folder = folder
        self.mode = mode
        self.last = None
        self.stations = {}
        with open(f'{folder}/url', encoding='ascii') as f:
            self.url = urllib.parse.urlparse(f.read().strip())
        self.tls = ssl.create_default_context(cafile=f'{folder}/ca.pem')
        self.line = http.client.HTTPSConnection(self.url.hostname, self.url.port, context=self.tls, timeout=60)
        with open(f'{folder}/logins.json', encoding='utf-8') as f:
            self.logins = {p['person']: p for p in json.load(f)}
        status = self.status()
        self.ready = status['ready']
        self.begun = status['size']
        self.batch = self.other = None
        if not self.ready or mode == 'look':
            return
        batches = sorted(b['batch'] for b in self.at('QA1').ask('GET', '/v1/batches').get('batches', []))
        self.batch, self.other = (batches + [None, None])[:2]

    # ---- the wire ----

    def request(self, method, path, token=None, body=None):
        """The reply as a dictionary, with its HTTP status under `status`."""
        head = {'Authorization': f'Bearer {token}'} if token else {}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
            head['Content-Type'] = 'application/json'
        self.line.request(method, path, data, head)
        reply = self.line.getresponse()
        raw = reply.read()
        try:
            out = json.loads(raw)
        except ValueError:
            out = {'text': raw}
        if not isinstance(out, dict):
            out = {'list': out}
        out['status'] = reply.status
        return out

    def status(self):
        return self.request('GET', '/v1/status')

    def at(self, name):
        if name not in self.stations:
            self.stations[name] = Station(self, name)
        return self.stations[name]

    # ---- words ----

    def pin(self, who):
        return self.logins[who]['pin']

    def password(self, who):
        return self.logins[who]['password']

    def raw(self, what):
        """What a scanner sends for it."""
        if what.startswith('='):
            return what[1:]
        kind, colon, ident = what.partition(':')
        if not colon:
            return code('C', f'{self.batch}-{what}')
        if kind == 'other':
            return code('C', f'{self.other}-{ident}')
        if kind == 'L' and '/' in ident:
            lot, unit = ident.split('/')
            return code('L', f'{lot}-U{unit}')
        return code(kind, ident)

    def value(self, v):
        """A form's value: 'E:CF-02' and lists of such are codes, everything else stands as it is."""
        if isinstance(v, (list, tuple)):
            return [self.value(x) for x in v]
        return self.raw(v) if len(v) > 2 and v[1] == ':' and v[0] in 'PBCLEWDNX' else v

    def now(self):
        return parse_time(self.status()['now'])

    def then(self, span):
        """Now and so much, as it is sent."""
        return format_time(self.now() + datetime.timedelta(seconds=seconds(span)))

    def day(self, offset=0):
        return (self.now().astimezone(datetime.timezone(datetime.timedelta(hours=9))).date()
                + datetime.timedelta(days=offset)).isoformat()

    def wait(self, span):
        """Time passes: the clock of the training log goes forward."""
        answer = self.at('QA1').ask('POST', '/v1/clock', {'to': self.then(span)})
        if answer['status'] != 200:
            raise Wrong(f'the clock did not move: {answer}')

    def late(self, span, reason='busy'):
        return {'occurred': self.then(span), 'reason': reason}

    # ---- the log ----

    def log(self, kind=None, stream=None):
        """Entries since the play began."""
        query = {'after': self.begun - 1, 'limit': 1000}
        if kind:
            query['kind'] = kind
        if stream:
            query['stream'] = stream
        return self.at('QA1').ask('GET', '/v1/log?' + urllib.parse.urlencode(query))['entries']

    def found(self, kind, stream=None, **members):
        """An entry of that kind since the play began, whose body has these members."""
        for e in self.log(kind, stream):
            if all(e['body'].get(k) == v for k, v in members.items()):
                return e
        return None

    def vial_of(self, batch, lot):
        """The unit of the lot that was opened for the batch last."""
        query = urllib.parse.urlencode({'stream': f'lot/{lot}', 'kind': 'lot.opened', 'limit': 1000})
        entries = self.at('QA1').ask('GET', '/v1/log?' + query)['entries']
        return [e['body']['unit'] for e in entries if e['body']['batch'] == batch][-1]

    def recorded(self, step, field):
        """What the batch's record has there."""
        query = urllib.parse.urlencode({'stream': f'batch/{self.batch}', 'kind': 'step.input', 'text': step, 'limit': 1000})
        entries = self.at('QA1').ask('GET', '/v1/log?' + query)['entries']
        return [e['body']['text'] for e in entries if e['body'].get('step') == step and e['body'].get('field') == field][-1]

    def ordered(self, batch):
        """The order as the clinic sent it: of the story's patients, whose names a log keeps behind digests."""
        query = urllib.parse.urlencode({'stream': f'batch/{batch}', 'kind': 'batch.ordered'})
        values = self.at('QA1').ask('GET', '/v1/log?' + query)['entries'][0]['body']['values']
        who = PATIENTS[int(batch[-4:]) % len(PATIENTS)]
        return dict(values, **dict(zip(('name-kanji', 'name-kana', 'name-latin', 'birth-date'), who)))

    def batch_now(self, batch=None):
        return self.at('QA1').ask('GET', f'/v1/batches/{batch or self.batch}')

    # ---- what is due ----

    def must(self, what, why):
        if not what:
            raise Wrong(f'{why}; last answer: {told(self.last)}')
        return what

    def quiet(self, answer, *codes):
        """Taken, and nothing said but what is named."""
        if answer['status'] != 200 or answer['outcome'] not in ('accepted', 'already') and answer['code'] not in codes:
            raise Wrong(f'not quiet: {told(answer)}')
        return answer

    def caught(self, answer, wanted, outcome='refused', also=()):
        """Refused with the code named, or recorded with deviation, hold or alert, and the log tells it. `also`: kinds of
        entries (or (kind, members)) that must have come with it. With the defence off: taken."""
        if wanted in [b['code'] for b in answer.get('beside', ())]: # of who acts, beside what was done
            answer = dict(answer, code=wanted)
        if self.mode == 'off':
            if answer['status'] != 200 or answer['code'] == wanted or answer['outcome'] not in ('accepted', 'already', 'alert'):
                raise Wrong(f'caught with the defence off, too: {told(answer)}')
            raise Seen
        if wanted is None: # whatever the code will be
            self.must(answer['outcome'] == outcome if answer['status'] == 200 else outcome == 'refused', f'wanted {outcome}')
            self.came(*also)
            return answer
        if answer['status'] != 200:
            if outcome != answer['status'] or answer.get('code') != wanted:
                raise Wrong(f'wanted {outcome} {wanted}: {told(answer)}')
            return answer
        if answer['code'] != wanted or answer['outcome'] != outcome:
            raise Wrong(f'wanted {outcome} {wanted}: {told(answer)}')
        if outcome == 'refused':
            self.must(self.found(None, code=wanted), f'the log does not tell of {wanted}')
        if outcome in ('deviation', 'hold'):
            self.must(self.found('deviation.opened', cause=wanted), f'no deviation {wanted}')
        if outcome == 'hold':
            self.must(self.found('hold.placed', cause=wanted), f'no hold {wanted}')
        self.came(*also)
        return answer

    def due(self, kind, **members):
        """What follows by itself: an entry of that kind."""
        if self.mode == 'off':
            self.must(not self.found(kind, **members), f'{kind} with the defence off, too')
            raise Seen
        self.must(self.found(kind, **members), f'no {kind} {members or ""}')

    def came(self, *kinds):
        """These entries came with it: kinds, or (kind, members)."""
        for each in kinds:
            kind, members = each if isinstance(each, tuple) else (each, {})
            self.must(self.found(kind, **members), f'no {kind} {members or ""}')

    def no_noise(self):
        """The honest play is over: nobody was refused, nothing was held."""
        for e in self.log():
            if e['kind'] in NOISE:
                raise Wrong(f"noise: {e['kind']} {json.dumps(e['body'], ensure_ascii=False)[:200]}")


def told(answer):
    if not answer:
        return answer
    keep = {k: answer[k] for k in ('status', 'outcome', 'code', 'args', 'deviations', 'holds') if k in answer}
    return json.dumps(keep, ensure_ascii=False)


def sha256_id(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()


# ---- rows ----

ROWS = []


class Row:
    """One act: its number, what it is, where it begins, what is taken out for the third play."""

    def __init__(self, tried, title, world, off, batches, settings, honest_settings):
        self.tried = tried
        self.name = tried.__name__.replace('_', '-')
        self.title = title
        self.world = world
        self.off = (off,) if isinstance(off, str) else tuple(off)
        self.batches = batches
        self.settings = settings or {}
        self.honest_settings = honest_settings or self.settings
        self.honest_play = None
        self.open = os.path.basename(tried.__code__.co_filename) == 'open.py'
        self.number = 0

    def honest(self, play):
        self.honest_play = play
        return play


def row(title, world=None, off=(), batches=1, settings=None, honest_settings=None):
    """The decorated function is the act that must not succeed quietly; its `.honest` the neighbour. `world`: the step of
    the story behind which the row begins (None: a facility without a batch). `off`: codes that the rules do not note in
    the third play; a name with `.patch` is a patch of off/. `settings`: lines of cpfd.yaml for its plays;
    `honest_settings`: others for the neighbour's."""

    def make(tried):
        r = Row(tried, title, world, off, batches, settings, honest_settings)
        ROWS.append(r)
        return r

    return make
