from tests.servers import database_url, mortal_postgres, mortal_valkey, postgres_url, redis_url

__all__ = ["database_url", "mortal_postgres", "mortal_valkey", "postgres_url", "redis_url"]
