"""Messages: tasks, queues, remote calls, sockets that stay open, GraphQL.

What comes through a queue was put there by another program of the same people as a rule: it is a
source of its own kind, ``queued``, that is told of with less certainty.
"""

from __future__ import annotations

from checks.models.facts import Library

tasks = Library("https://docs.celeryq.dev/en/stable/userguide/tasks.html")
tasks.decorator(
    "task",
    "celery.{shared_task,task}",
    "celery.Celery().task",
    "celery.app.task.shared_task",
    "celery.decorators.task",
    "dramatiq.actor",
    "huey.{Huey,RedisHuey,SqliteHuey}().{task,periodic_task}",
    "huey.contrib.djhuey.{task,db_task}",
    "rq.decorators.job",
    "django_rq.job",
    "procrastinate.App().task",
    "taskiq.{InMemoryBroker,ZeroMQBroker}().task",
)
tasks.handler("task", "run", "celery.Task")
tasks.alias("celery.Task", "celery.{app.task.Task,task.Task,Celery().Task}")
queues = Library("https://python-rq.org/docs/#enqueueing-jobs")
queues.callback("nothing", "rq.Queue().enqueue", "django_rq.{enqueue,get_queue().enqueue}")

kafka = Library("https://kafka-python.readthedocs.io/en/master/apidoc/KafkaConsumer.html")
for _consumer in (
    "kafka.KafkaConsumer()[]",
    "kafka.KafkaConsumer().poll()",
    "aiokafka.AIOKafkaConsumer()[]",
    "aiokafka.AIOKafkaConsumer().getone()",
):
    kafka.source("a message", f"{_consumer}.{{value,key,headers}}", kind="queued")
kafka.source("a message", "kafka.KafkaConsumer().poll()", kind="queued")
confluent = Library(
    "https://docs.confluent.io/platform/current/clients/confluent-kafka-python/html/index.html"
)
confluent.source(
    "a message",
    "confluent_kafka.{Consumer,DeserializingConsumer}().poll().{value,key,headers}()",
    "confluent_kafka.Consumer().consume()[].{value,key,headers}()",
    kind="queued",
)

rabbit = Library("https://docs.aio-pika.com/apidoc.html")
for _message in ("IncomingMessage", "abc.AbstractIncomingMessage", "message.IncomingMessage"):
    rabbit.source("a message", f"aio_pika.{_message}().{{body,headers}}", kind="queued")

sqs = Library("https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/sqs.html")
sqs.source("a message", "boto3.client().receive_message()", kind="queued")
sqs.source(
    "a message",
    "boto3.resource().{Queue,get_queue_by_name}().receive_messages()[].{body,message_attributes}",
    kind="queued",
)

redis = Library("https://redis.readthedocs.io/en/stable/advanced_features.html")
redis.source(
    "a message",
    "redis.{Redis,StrictRedis}().pubsub().{get_message,listen}()",
    "redis.asyncio.{Redis,StrictRedis}().pubsub().{get_message,listen}()",
    "redis.{from_url,asyncio.from_url}().pubsub().{get_message,listen}()",
    kind="queued",
)

sockets = Library("https://websockets.readthedocs.io/en/stable/reference/asyncio/server.html")
sockets.source(
    "a message",
    "@websocket",
    "@websocket.{recv,recv_streaming,receive_text,receive_data,receive_media}()",
)
sockets.value("clean", "@websocket.{remote_address,local_address,id,state,subprotocol,close_code}")
sockets.alias(
    "@websocket",
    "websockets.WebSocketServerProtocol()",
    "websockets.server.WebSocketServerProtocol()",
    "websockets.asyncio.server.ServerConnection()",
    "websockets.ServerConnection()",
)

aiohttp = Library("https://docs.aiohttp.org/en/stable/web_reference.html#websocketresponse")
aiohttp.source(
    "a message",
    "aiohttp.web.WebSocketResponse()[].data",
    "aiohttp.web.WebSocketResponse()[].json()",
    "aiohttp.web.WebSocketResponse().{receive_str,receive_bytes,receive_json}()",
    "aiohttp.web.WebSocketResponse().receive().data",
)

channels = Library("https://channels.readthedocs.io/en/stable/topics/consumers.html")
for _kind in ("WebsocketConsumer", "AsyncWebsocketConsumer", "JsonWebsocketConsumer",
              "AsyncJsonWebsocketConsumer"):  # fmt: skip
    channels.handler("message", "receive receive_json", f"channels.generic.websocket.{_kind}")

graphql = Library("https://ariadnegraphql.org/docs/resolvers")
graphql.decorator(
    "resolver",
    "ariadne.{QueryType,MutationType,SubscriptionType}().{field,source}",
    "ariadne.ObjectType().field",
)

asgi = Library("https://asgi.readthedocs.io/en/latest/specs/www.html")
asgi.source("the request", "@receive()")
