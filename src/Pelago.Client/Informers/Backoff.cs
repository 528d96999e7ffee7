// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;

namespace Pelago.Client;

/// <summary>Doubles from <paramref name="first"/> to <paramref name="most"/> with up to as much again of jitter; quiet for <paramref name="forget"/> starts over. Not thread-safe.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan most, TimeSpan forget, TimeProvider time)
{
    private int _failures;
    private long _last;

    /// <summary>client-go's reflector: 800 ms to 30 s, forgotten after two quiet minutes.</summary>
    public static Backoff ForWatches(TimeProvider time) =>
        new(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), time);

    public async Task DelayAsync(CancellationToken cancel)
    {
        if (_last != 0 && time.GetElapsedTime(_last) > forget)
            _failures = 0;
        double jitter = RandomNumberGenerator.GetInt32(1000) / 1000.0;
        TimeSpan pause = first * (1L << Math.Min(_failures++, 20));
        TimeSpan delay = (pause < most ? pause : most) * (1 + jitter);
        await Task.Delay(delay, time, cancel);
        _last = time.GetTimestamp();
    }
}
