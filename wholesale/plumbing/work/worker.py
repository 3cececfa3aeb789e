"""The background worker: a small parent with one process for each queue, so that no queue waits for another."""

import logging
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from types import FrameType
from uuid import uuid4

from django.conf import settings
from django.db import connection as database
from django.db import connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from wholesale.plumbing.patience import DATABASE_FAULTS, growing_delays
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue
from wholesale.plumbing.work.task_failures import TookTooLong, conclude

INTERVAL = 1.0  # seconds between checks of an empty queue
WELL_AFTER = 60.0  # seconds without a database fault, after which delays begin anew with the shortest
GRACE = 30.0  # seconds from the time limit, whose exception a task could catch, to the end of the process
AGAIN_AFTER = 1.0  # seconds until an ended process is started again
_ENDED_BY_LIMIT = -signal.SIGALRM
_TOLD_BY = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
# These may be raised at any point of the code, even within Django's own handling of a transaction.
_ABRUPT = (TookTooLong, MemoryError, SystemExit, KeyboardInterrupt)

logger = logging.getLogger(__name__)


class QueueWorker(Worker):
    """Runs the tasks of some queues, one after another. While the database does not answer, it waits."""

    def __init__(self, queues: Sequence[str], worker_id: str, *, batch: bool = False) -> None:
        self._parent = os.getppid()
        super().__init__(
            queue_names=list(queues),
            interval=INTERVAL,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
            excluded_queue_names=[],
        )

    @property
    def running(self) -> bool:
        """Whether the worker continues: nobody has told it to stop, and its parent process still lives."""
        return self._running and os.getppid() == self._parent

    @running.setter
    def running(self, value: bool) -> None:
        self._running = value

    def run(self) -> None:
        delays, began = growing_delays(), time.monotonic()
        while self.running:
            try:
                return super().run()
            except DATABASE_FAULTS as fault:
                if time.monotonic() - began > WELL_AFTER:
                    delays = growing_delays()
                _wait(next(delays), fault)
                began = time.monotonic()
        return None

    def run_task(self, db_task_result: DBTaskResult) -> None:
        self.running_task = True
        try:
            error = _error_of(db_task_result)
            if isinstance(error, _ABRUPT):
                _begin_connection_anew()
            _until_the_database_answers(lambda: conclude(db_task_result, error, timezone.now()))
        finally:
            self.running_task = False
        if isinstance(error, TookTooLong | MemoryError):
            self.running = False  # the successor begins with fresh memory


def _error_of(result: DBTaskResult) -> BaseException | None:
    """Run a background task. Return the exception that it raised, or None if it succeeded."""
    logger.info("Task %s (%s) begins", result.task_path, result.pk)
    try:
        with _limited(settings.TASK_TIME_LIMIT):
            result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
    except BaseException as error:
        logger.warning("Task %s (%s) did not succeed", result.task_path, result.pk, exc_info=error)
        return error
    logger.info("Task %s (%s) is done", result.task_path, result.pk)
    return None


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block after this many seconds. If the block still goes on, end the process soon (`GRACE`)."""

    def over(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, min(seconds, GRACE))
        raise TookTooLong

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _until_the_database_answers(act: Callable[[], object]) -> None:
    for delay in growing_delays():
        try:
            act()
        except DATABASE_FAULTS as fault:
            _wait(delay, fault)
        else:
            return


def _wait(seconds: float, fault: Exception) -> None:
    logger.warning("The database did not answer (%s); again in %.1f s", type(fault).__name__, seconds)
    connections.close_all()
    time.sleep(seconds)


def _begin_connection_anew() -> None:
    """Reconnect to the database, so that no transaction stays open."""
    database.close()
    with suppress(*DATABASE_FAULTS):
        database.connect()


def work_off(queues: Sequence[str]) -> None:
    """Run the waiting background tasks of these queues in this process. Return when none waits any more."""
    worker = QueueWorker(queues, uuid4().hex, batch=True)
    worker.configure_signals()
    worker.run()


def work(queue: Queue, *, schedule: bool, worker_id: str = "", predecessor: str = "", was_too_long: bool = False) -> None:
    """Run the tasks of one queue in this process until it is told to stop.

    The task that the worker `predecessor` left unfinished is requeued, or fails with `was_too_long`. With `schedule`, the
    process of periodic jobs also enqueues them.
    """
    worker = QueueWorker([queue], worker_id or uuid4().hex)
    worker.configure_signals()
    if settings.TASK_MEMORY_MB:
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (settings.TASK_MEMORY_MB * 1024**2, most))
    if predecessor:
        _until_the_database_answers(lambda: periodic.requeue_of(predecessor, was_too_long=was_too_long))
    scheduler = periodic.start_scheduler() if schedule and queue == Queue.PERIODIC else None
    try:
        worker.run()
    finally:
        if scheduler is not None:
            scheduler.shutdown(wait=False)


class Crew:
    """Keeps one process for each queue. If a process ends, another is started. All end when this process is told to stop."""

    def __init__(self, *, schedule: bool) -> None:
        self._schedule = schedule
        self._processes: dict[Queue, BaseProcess] = {}
        self._is_told = False

    def run(self) -> None:
        """Run the processes until SIGTERM, SIGINT or SIGQUIT, and pass that signal on to each of them."""
        connections.close_all()  # no connection may be shared by two processes
        for number in _TOLD_BY:
            signal.signal(number, self._tell)
        for queue in Queue:
            self._start(queue)
        while self._processes:
            ended = connection.wait([process.sentinel for process in self._processes.values()])
            for queue, process in list(self._processes.items()):
                if process.sentinel in ended:
                    self._replace(queue, process)

    def _replace(self, queue: Queue, process: BaseProcess) -> None:
        process.join()
        del self._processes[queue]
        if not self._is_told:
            logger.error("The worker of queue %s has ended (exit code %s); it is started again", queue, process.exitcode)
            time.sleep(AGAIN_AFTER)
            self._start(queue, predecessor=process.name, was_too_long=process.exitcode == _ENDED_BY_LIMIT)

    def _start(self, queue: Queue, **options: object) -> None:
        name = uuid4().hex
        options |= {"schedule": self._schedule, "worker_id": name}
        # Forked, to share the loaded program. Signals are blocked until the child has replaced the parent's handlers.
        signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD_BY)
        if not self._is_told:
            process = get_context("fork").Process(target=_in_child, args=(queue,), kwargs=options, name=name)
            process.start()
            self._processes[queue] = process
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD_BY)

    def _tell(self, number: int, frame: FrameType | None) -> None:
        self._is_told = True
        for process in self._processes.values():
            if process.pid is not None:
                os.kill(process.pid, number)


def _in_child(queue: Queue, **options: object) -> None:
    os.setpgid(0, 0)  # a terminal's Ctrl-C reaches only the parent, which passes it on once
    for number in _TOLD_BY:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD_BY)
    work(queue, **options)  # type: ignore[arg-type]
