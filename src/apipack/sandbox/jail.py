"""The file system and the processes that executed code sees: bubblewrap around the launcher.

Read-only /usr, the few files of /etc that toolchains read, empty tmpfs elsewhere; process, IPC and host-name
namespaces of its own. The launcher keeps the capabilities that it needs to give every job a user of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
PYTHON = "/usr/bin/python3"
INSIDE = "/apipack"
ROOT_CERTIFICATE = "/etc/ssl/certs/ca-certificates.crt"
TRUST_STORE = f"{INSIDE}/truststore.p12"
TRUST_STORE_PASSWORD = "changeit"
ETC = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/java-*-openjdk",
    "/etc/php",
    "/etc/ssl/openssl.cnf",
)
NODE_MODULES = "/usr/share/nodejs"
COMPOSER = ("/usr/share/php/GuzzleHttp/autoload.php", "/vendor/autoload.php")
"""Guzzle, and where a program that asks an absent Composer for its folder looks for it."""
FOLDERS = ("/etc", "/etc/ssl", "/etc/ssl/certs", "/vendor", INSIDE)
FILES = {
    "/etc/resolv.conf": "nameserver 127.0.0.1\noptions ndots:0 timeout:2 attempts:2\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/passwd": "root:x:0:0:root:/:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
}
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER")
TMP_BYTES = 512 * 1024 * 1024


def command(folder: Path, trusted: Path, mounts: Mapping[str, str], users: bool, root: str) -> list[str]:
    """bwrap with its arguments. folder: a private folder for the files of FILES. trusted: PEM of the root that
    clients trust. mounts: path inside → further read-only file or folder. users: whether jobs get users of their
    own. root: the folder whose toolchains are shown."""
    arguments = ["bwrap", "--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    arguments += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox", "--cap-drop", "ALL"]
    for capability in CAPABILITIES if users else ():
        arguments += ["--cap-add", capability]
    arguments += ["--ro-bind", f"{root}/usr", "/usr"]
    for link in ("bin", "lib", "lib64", "sbin"):
        path = Path(root, link)
        if path.is_symlink():
            arguments += ["--symlink", f"usr/{link}", f"/{link}"]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), f"/{link}"]
    arguments += ["--symlink", NODE_MODULES, "/node_modules"]  # `import` looks into the folders above, and nowhere else
    for empty in FOLDERS:
        arguments += ["--perms", "0755", "--dir", empty]
    arguments += ["--symlink", *COMPOSER]
    for pattern in ETC:
        for path in sorted(Path(root).glob(pattern.lstrip("/"))):
            arguments += ["--ro-bind", str(path), f"/{path.relative_to(root)}"]
    for inside, text in FILES.items():
        path = folder / Path(inside).name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        arguments += ["--ro-bind", str(path), inside]
    arguments += ["--ro-bind", str(trusted), ROOT_CERTIFICATE]
    arguments += ["--ro-bind", str(LAUNCHER), f"{INSIDE}/launcher.py"]
    for inside, outside in mounts.items():
        arguments += ["--ro-bind", outside, inside]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--perms", "0755", "--size", str(TMP_BYTES), "--tmpfs", "/tmp"]
    arguments += ["--remount-ro", "/", "--chdir", "/tmp"]
    return [*arguments, PYTHON, "-I", "-S", f"{INSIDE}/launcher.py", "users" if users else "shared"]
