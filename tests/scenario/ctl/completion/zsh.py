"""What zsh offers at the end of a line: zsh.py DIRECTORY-OF-COMPLETIONS LINE, one word a line, as zsh would insert it.

A real interactive zsh in a terminal of its own: the line is typed, Tab pressed. Where several words are possible zsh
lists them; where one is, it is inserted, and the line shows it.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

folder, line = sys.argv[1:3]
functions = tempfile.mkdtemp()
shutil.copy(os.path.join(folder, "assentctl.zsh"), os.path.join(functions, "_assentctl"))
ours, theirs = pty.openpty()
shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                         env=dict(os.environ, TERM="dumb", ZDOTDIR=functions, COLUMNS="200"))
os.close(theirs)
heard = b""


def until(mark, seconds=60):
    """What was said up to the mark, which is forgotten."""
    global heard
    end = time.monotonic() + seconds
    while mark not in heard:
        if time.monotonic() > end or not select.select([ours], [], [], 1)[0] and shell.poll() is not None:
            sys.exit(f"zsh never said {mark!r}: {heard!r}")
        if select.select([ours], [], [], 0)[0]:
            heard += os.read(ours, 65536)
    said, heard = heard.split(mark, 1)
    return said.decode(errors="replace")


def type_(text):
    os.write(ours, text.encode())


# A widget of our own does what Tab does and then prints what came of it: the list of matches, or the line.
setup = f"""
PROMPT=; unsetopt zle_bracketed_paste prompt_cr prompt_sp; fpath=({functions} $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' list-prompt ''
compadd() {{ builtin compadd "$@"; builtin compadd -O offered "$@"; typeset -ga all; all+=("$offered[@]") }}
ask() {{ all=(); BUFFER=$LINE; CURSOR=$#BUFFER; zle complete-word; print -r -- "<""begin>"; print -rl -- "$all[@]"; print -r -- "$BUFFER"; print -r -- "<""end>" }}
zle -N ask; bindkey '^T' ask; zle -C complete-word complete-word _main_complete
LINE={"'" + line.replace("'", "'" + chr(92) + "''") + "'"}
print -r -- '<'ready'>'
"""
type_(setup.replace("\n", "\r").lstrip("\r"))
until(b"<ready>\r\n")
type_("\x14")
until(b"<begin>")
said = [word for word in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", until(b"<end>")).split("\n") if word]
shell.terminate()
shutil.rmtree(functions)
before = line[: line.rfind(" ") + 1]
words, inserted = said[:-1], said[-1]
print("\n".join([inserted[len(before):].rstrip()] if len(set(words)) == 1 else words))
