"""Rate limits that all desks count together, in Redis.

A bucket is one moment there: when it will be full again (the generic cell rate algorithm, which
refuses exactly what a token bucket refuses). By Redis' own clock, and gone by itself when full.
"""

from hashlib import blake2b, sha256

from nightdesk_desk.limits import RateLimit, Take, own_wait
from nightdesk_desk.privacy import keys
from nightdesk_desk.shared.link import RedisLink

PREFIX = "nightdesk:limit:"

SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local longest = 0
for i, key in ipairs(KEYS) do
  local each, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local full = tonumber(redis.call('GET', key) or now)
  -- Never further off than an empty bucket: a clock that was put back must not lock anybody out.
  full = math.min(math.max(full, now), now + burst) + each
  local over = full - now - burst
  if over > 0 then
    longest = math.max(longest, over)
  else
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  end
end
return math.ceil(longest)
"""
"""Takes one act of each bucket in KEYS, whose ARGV are the microseconds that one act and a whole
burst stand for. Gives the microseconds to wait, 0 when all of them let it go on."""

_TRIAL = Take(RateLimit(600_000, burst=600_000), "a look whether Redis counts")


class SharedLimits:
    """Counts in Redis, and beside it in this process, whose word counts while Redis is away."""

    def __init__(self, link: RedisLink) -> None:
        """Take the link; its looks try the counting, too."""
        self._link = link
        self._script = link.client.register_script(SCRIPT)
        link.checks.append(self._check)

    async def wait(self, *takes: Take) -> float:
        """Take one act of each. Gives 0.0 if it may go on, else the seconds until it may."""
        # Counted also while Redis is there: who flooded before it went has no fresh burst after.
        own = own_wait(*takes)
        shared = await self._link.ask(lambda: self._count(*takes))
        return own if shared is None else shared

    async def _count(self, *takes: Take) -> float:
        places = [PREFIX + hidden(take.key) for take in takes]
        arguments: list[float] = []
        for limit, _ in takes:
            each = 60_000_000 / limit.per_minute
            arguments += [each, each * limit.burst]
        return int(await self._script(keys=places, args=arguments)) / 1_000_000

    async def _check(self) -> None:
        # The connection may be new; then the counting alone must be quick enough.
        await self._link.client.ping()
        if await self._link.timed(lambda: self._count(_TRIAL)):
            raise RuntimeError("a bucket that is never empty was found empty")


def hidden(key: str) -> str:
    """Give the name under which `key` is counted: an address is not to be read in Redis.

    Where the desk has keys for its record, only who has them can find out by trying addresses.
    """
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=_secret()).hexdigest()


def _secret() -> bytes:
    first = keys.first_key()
    return sha256(f"nightdesk rate limits {first}".encode()).digest() if first else b""
