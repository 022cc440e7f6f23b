import threading
import time
import unittest
from unittest import mock

from library import db, notify


class ReservationTests(unittest.TestCase):
    def setUp(self):
        self.connection = db.connect(":memory:")
        self.addCleanup(self.connection.close)
        self.connection.execute("CREATE TABLE reservations (book INTEGER, reader INTEGER)")
        self.connection.execute("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT)")
        # A made-up password: no system knows it.
        self.credentials = {"user": "reader", "password": "correct-horse-battery-staple"}

        patcher = mock.patch("library.notify.requests.post")
        self.post = patcher.start()

        stopped = mock.patch("library.notify.log")
        stopped.start()
        self.addCleanup(stopped.stop)

    def _reservations(self):
        return self.connection.execute("SELECT count(*) FROM reservations").fetchone()[0]

    def test_a_reservation_is_stored(self):
        db.reserve(self.connection, 1, 2)
        self.assertEqual(self._reservations(), 1)

    def test_the_reader_is_told(self):
        worker = threading.Thread(target=notify.tell, args=("reader 2", "your book is here"))
        worker.start()
        time.sleep(2)
        self.post.assert_called_once()

    def test_the_queue_empties(self):
        queue = [1, 2, 3]
        worker = threading.Thread(target=queue.clear)
        worker.start()
        for _ in range(50):
            if not queue:
                break
            time.sleep(0.1)
        else:
            self.fail("the queue did not empty")
