// The commands of Redis 7.0 that this server doesn't run: a client that asks for one is told so, instead of being told that there is none.
export const OTHER_COMMANDS: ReadonlySet<string> = new Set(`
  acl asking bgrewriteaof bitcount bitfield bitfield_ro bitop bitpos blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin cluster copy discard dump eval eval_ro evalsha evalsha_ro exec
  expiretime failover fcall fcall_ro function geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore getbit getex getrange hello
  hincrby hincrbyfloat hrandfield hscan hsetnx hstrlen incrbyfloat latency lcs linsert lmove lmpop lolwut lpos lpushx lrem lset memory migrate module monitor move msetnx multi pexpireat
  pexpiretime pfadd pfcount pfdebug pfmerge pfselftest psubscribe psync publish pubsub punsubscribe readonly readwrite replconf replicaof reset restore restore-asking rpoplpush rpushx script
  sdiff sdiffstore setbit setrange sinter sintercard sinterstore slaveof slowlog smismember smove sort sort_ro spop spublish srandmember sscan ssubscribe subscribe substr sunion sunionstore
  sunsubscribe swapdb sync touch unsubscribe unwatch wait watch xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim zadd zcard zcount
  zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex
  zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore
`.trim().split(/\s+/))
