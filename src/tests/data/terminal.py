"""A terminal: runs a program in a pseudo-terminal and keeps its screen as a person sees it.

Commands come as JSON lines on standard input, answers as JSON lines on standard output.
"""

import fcntl, json, os, pty, select, struct, sys, termios, threading, time
import pyte

ROWS, COLUMNS = 24, 100


class Screen(pyte.Screen):
    """pyte does not know the alternate screen: at least it is empty when it is entered or left."""

    def set_mode(self, *modes, **kwargs):
        super().set_mode(*modes, **kwargs)
        if 1049 in modes:
            self.erase_in_display(2)

    def reset_mode(self, *modes, **kwargs):
        super().reset_mode(*modes, **kwargs)
        if 1049 in modes:
            self.erase_in_display(2)


screen = Screen(COLUMNS, ROWS)
stream = pyte.ByteStream(screen)
raw = bytearray()
lock = threading.Lock()

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.argv[1], sys.argv[1:])


def read():
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        with lock:
            raw.extend(data)
            stream.feed(data)


threading.Thread(target=read, daemon=True).start()
for line in sys.stdin:
    command = json.loads(line)
    if "press" in command:
        os.write(master, command["press"].encode())
        answer = {}
    elif "columns" in command:
        with lock:
            screen.resize(ROWS, command["columns"])
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, command["columns"], 0, 0))
        answer = {}
    elif "wait" in command:
        _, status = os.waitpid(pid, 0)
        # What it wrote last may still be on its way to the thread above.
        while select.select([master], [], [], 0.2)[0]:
            time.sleep(0.01)
        with lock:
            answer = {
                "status": os.waitstatus_to_exitcode(status),
                "restored": termios.tcgetattr(slave) == before,
                "left_alternate": raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h"),
                "shows_cursor": raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l"),
                "rest": raw[raw.rfind(b"\x1b[?1049l"):].decode(errors="replace"),
            }
    else:
        with lock:
            answer = {"screen": [row.rstrip() for row in screen.display]}
    print(json.dumps(answer), flush=True)
