// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Client;

/// <summary>A bearer token: fixed, or in a file that somebody rotates and that is read again once a minute.</summary>
public sealed class BearerToken
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private readonly string? _file;
    private readonly TimeProvider _time;
    private volatile Reading _reading;

    private BearerToken(string? file, Reading reading, TimeProvider time) => (_file, _reading, _time) = (file, reading, time);

    public static BearerToken Fixed(string token) => new(null, new Reading(token, 0), TimeProvider.System);

    /// <summary>The file is first read when the first request is made.</summary>
    public static BearerToken FromFile(string path, TimeProvider time) => new(path, new Reading(null, 0), time);

    /// <summary>The token now. A file that cannot be read any more leaves the last token in force.</summary>
    /// <exception cref="IOException">The file could never be read.</exception>
    public async ValueTask<string> CurrentAsync(CancellationToken cancel)
    {
        Reading reading = _reading;
        if (reading.Token is not null && (_file is null || _time.GetElapsedTime(reading.At) < Lifetime))
            return reading.Token;
        try
        {
            string token = (await File.ReadAllTextAsync(_file!, cancel)).Trim();
            _reading = new Reading(token, _time.GetTimestamp());
            return token;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && reading.Token is not null)
        {
            return reading.Token;
        }
    }

    private sealed record Reading(string? Token, long At);
}
