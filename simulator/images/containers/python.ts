// The image `python`: python3.11 on debian:12, and in /app a small service of two processes, one that answers HTTP and one that works for it.
import { pythonPackage } from '../../userland/programs/python3/index.ts'
import { addPackage, builtOnDebian, copyStep, layer, PATH, setting } from './built.ts'
import type { ContainerImage } from './container-image.ts'

/** 2025-12-15T10:05:00Z */
const BEGUN = 1765793100

const APP = `"""Answers HTTP on port 8000. The work behind each request is done by a second process, worker.py."""
import os
import signal
import socket
import subprocess
import sys


def start_worker():
    worker = subprocess.Popen(["python", "worker.py"])
    print(f"app: process {os.getpid()} has started worker process {worker.pid}", flush=True)
    return worker


def stop(signum, frame):
    print("app: told to stop", flush=True)
    worker.terminate()
    worker.wait()
    sys.exit(0)


worker = start_worker()
signal.signal(signal.SIGTERM, stop)
server = socket.create_server(("", 8000))
print("app: listening on port 8000", flush=True)
requests = 0
while True:
    client, address = server.accept()
    request = client.recv(65536).decode()
    if request:
        requests += 1
        line = request.splitlines()[0]
        print(f"app: request {requests} from {address[0]}: {line}", flush=True)
        if worker.poll() is not None:
            print(f"app: worker has ended with {worker.returncode}", flush=True)
            worker = start_worker()
        else:
            worker.send_signal(signal.SIGUSR1)
        body = f"{socket.gethostname()}: answer {requests} of process {os.getpid()}\\n"
        client.sendall(f"HTTP/1.0 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    client.close()
`

const WORKER = `"""Does the work of app.py: one job for each SIGUSR1."""
import os
import signal

jobs = 0


def work(signum, frame):
    global jobs
    jobs += 1
    print(f"worker: job {jobs} done in process {os.getpid()}", flush=True)


signal.signal(signal.SIGUSR1, work)
while True:
    signal.pause()
`

const ENTRYPOINT = `#!/bin/sh
# Makes a place for the service's state, then becomes the command.
set -e

rm -rf /run/app
mkdir -p /run/app
chmod 700 /run/app
date > /run/app/started
hostname > /run/app/host

exec "$@"
`

export const pythonImage: ContainerImage = builtOnDebian({
  repository: 'python',
  begun: BEGUN,
  steps: [
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends python3-minimal && rm -rf /var/lib/apt/lists/*',
      layer: layer(31457342, BEGUN, (image) => {
        addPackage(image, pythonPackage)
        image.symlink('/usr/bin/python3', 'python3.11')
        image.symlink('/usr/bin/python', 'python3')
      }),
    },
    setting('WORKDIR /app'),
    copyStep('/app/', BEGUN, [{ name: 'app.py', content: APP }, { name: 'worker.py', content: WORKER }, { name: 'entrypoint.sh', content: ENTRYPOINT, mode: 0o755 }]),
    setting('EXPOSE 8000'),
    setting('ENTRYPOINT ["/app/entrypoint.sh"]'),
    setting('CMD ["python" "app.py"]'),
  ],
  config: { ExposedPorts: { '8000/tcp': {} }, Env: [PATH], Entrypoint: ['/app/entrypoint.sh'], Cmd: ['python', 'app.py'], WorkingDir: '/app' },
})
