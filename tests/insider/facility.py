"""One private facility that is put back to a saved state in a second: PostgreSQL runs on and gets its database from a
template, signer and daemon are started anew. tests/rig/rig makes it, and removes it."""
import os
import shutil
import subprocess
import time

import bench

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
RIG = os.path.join(TOP, 'tests/rig/rig')
PATIENCE = 120  # seconds; the machine may have other things to do


def start_time(pid):
    """The kernel's: with it a pid names one process for ever. None: there is none."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as f:
            words = f.read().rpartition(') ')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if words[0] == 'Z' else words[19]


def until(done, what):
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise bench.Wrong(f'{what} took longer than {PATIENCE} s')
        time.sleep(0.01)


class Facility:
    def __init__(self, folder, build, patched):
        self.folder, self.build, self.patched = folder, build, patched
        self.saved = set()
        self.log = open(folder + '.log', 'a', encoding='utf-8')  # pylint: disable=consider-using-with

    # ---- its processes ----

    def rig(self, *words):
        subprocess.run([RIG, words[0], self.folder, *words[1:]], stdout=self.log, stderr=self.log, check=True)

    def up(self):
        self.rig('up')
        with open(f'{self.folder}/port', encoding='ascii') as f:
            self.url = f'https://127.0.0.1:{f.read().strip()}'
        self.save('none')

    def down(self, keep):
        if os.path.exists(self.folder + '/options'):
            self.rig('stop' if keep else 'down')

    def stop(self, name):
        try:
            with open(f'{self.folder}/{name}.pid', encoding='ascii') as f:
                pid, start = f.read().split()
        except FileNotFoundError:
            return
        if start_time(pid) == start:
            os.kill(int(pid), 15)
            until(lambda: self.reaped(int(pid), start), f'the end of {name}')
        os.unlink(f'{self.folder}/{name}.pid')

    @staticmethod
    def reaped(pid, start):
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass  # the rig's
        return start_time(pid) != start

    def start(self, name, command, ready, **more):
        with open(f'{self.folder}/log/{name}', 'ab') as log:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **more)
        with open(f'{self.folder}/{name}.pid', 'w', encoding='ascii') as f:
            f.write(f'{child.pid} {start_time(child.pid)}\n')
        until(lambda: child.poll() is not None or ready(), f'the start of {name}')
        if child.poll() is not None:
            raise bench.Wrong(f'{name} ended: see {self.folder}/log/{name}')

    def start_signer(self):
        path = f'{self.folder}/facility/signer/signer.sock'
        owner = os.stat(f'{self.folder}/facility/signer/state')
        own = {'user': owner.st_uid, 'group': owner.st_gid, 'extra_groups': []} if os.geteuid() == 0 else {}
        if os.path.exists(path):
            os.unlink(path)
        self.start('signer', [f'{self.folder}/bin/cpf-signer', '--config', f'{self.folder}/facility/cpf-signer.yaml'],
                   lambda: os.path.exists(path), cwd='/', **own)

    def start_cpfd(self, off, settings=None):
        """The rig's settings, and the row's in their place."""
        path = f'{self.folder}/facility/cpfd.yaml'
        if not os.path.exists(path + '.rig'):
            shutil.copy2(path, path + '.rig')
        with open(path + '.rig', encoding='utf-8') as f:
            lines = [line for line in f if line.split(':')[0] not in (settings or {})]
        with open(path, 'w', encoding='utf-8') as f:
            f.writelines(lines + [f'{k}: {v}\n' for k, v in (settings or {}).items()])
        self.start('cpfd', [f'{self.folder}/bin/cpfd', '--config', f'{self.folder}/facility/cpfd.yaml'], self.serves, cwd=TOP,
                   env=dict(os.environ, CPF_TEST_OFF=','.join(off)))

    def serves(self):
        try:
            return bench.Play(self.folder + '/facility', 'look').ready
        except OSError:
            return False

    def sql(self, *commands):
        words = [w for c in commands for w in ('-c', c)]
        subprocess.run(['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-h', f'{self.folder}/pg/run', '-U', 'postgres', '-d', 'postgres',
                        *words], stdout=self.log, stderr=self.log, check=True)

    # ---- its states ----

    def copy(self, source, target):
        self.sql(f"select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '{source}'",
                 f'drop database if exists "{target}" with (force)',
                 f'create database "{target}" template "{source}" strategy file_copy')

    def state(self, name):
        return f'{self.folder}/state.{name}'

    def save(self, name):
        self.stop('cpfd')
        self.stop('signer')
        self.copy('cpf', name)
        subprocess.run(['cp', '-a', f'{self.folder}/facility/signer/state', self.state(name)], check=True)
        self.saved.add(name)

    def restore(self, name, off=(), patched=False, settings=None):
        self.stop('cpfd')
        self.stop('signer')
        self.copy(name, 'cpf')
        subprocess.run(['cp', '-a', self.state(name), f'{self.folder}/facility/signer/state'], check=True)
        shutil.copy2((self.patched if patched else self.build) + '/daemon/cpfd', self.folder + '/bin/cpfd')
        self.start_signer()
        self.start_cpfd(off, settings)

    def world(self, row):
        """The name of the state where the row begins; the story is played up to there the first time."""
        name = f'{row.world}-{row.batches}' if row.world else 'none'
        if name not in self.saved:
            self.restore('none')
            subprocess.run([self.build + '/tools/cpf-sim', '--dir', self.folder + '/facility', '--seed', '1', '--batches',
                            str(row.batches), '--until', row.world], cwd=TOP, stdout=self.log, stderr=self.log, check=True)
            self.save(name)
        return name

    def begin(self, row, mode):
        name = self.world(row)
        off = [x.removesuffix('.patch') for x in row.off] if mode == 'off' else []
        self.restore(name, off, mode == 'off' and any(x.endswith('.patch') for x in row.off),
                     row.honest_settings if mode == 'honest' else row.settings)
        return bench.Play(self.folder + '/facility', mode)
