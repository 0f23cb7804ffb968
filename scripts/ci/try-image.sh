# try-image.sh IMAGE: starts it as Kubernetes would under the strictest rules: any user, nothing writable, 64 MiB.
set -eu
docker run --rm --read-only --user 12345:12345 --memory 64m --memory-swap 64m --cap-drop ALL "$1" --help
