// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Text.Json;
using Pelago.Bench.Api;

namespace Pelago.Bench.Launch;

/// <summary>
/// A client's watch of all pods of a namespace: how many were seen created, bound, running and gone, and when the last of each was. It reads
/// the name and looks for a few words in the bytes of each event: the client must not be what is measured.
/// </summary>
internal sealed class PodCounts(int pods, long began)
{
    private static readonly byte[] DeletedMark = "{\"type\":\"DELETED\""u8.ToArray();
    private static readonly byte[][] StageMarks = ["{"u8.ToArray(), "\"nodeName\":\""u8.ToArray(), "\"phase\":\"Running\""u8.ToArray()];
    private readonly Dictionary<string, (int Reached, long At)> _pods = new(pods, StringComparer.Ordinal);
    private readonly int[] _counts = new int[StageMarks.Length + 1];
    private readonly TaskCompletionSource[] _all = [.. StageMarks.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static IReadOnlyList<string> Stages { get; } = ["created", "bound", "running"];

    /// <summary>Seconds after the beginning at which a stage was first, half and wholly reached.</summary>
    public double[][] Times { get; } = [.. Stages.Select(_ => new double[3])];

    /// <summary>From created to bound, and from bound to running, pod by pod.</summary>
    public IReadOnlyList<StageWaits> Waits { get; } = [.. Stages.Skip(1).Zip(Stages, (to, from) => new StageWaits(from, to))];

    public int Running => Volatile.Read(ref _counts[2]);

    public int Gone => Volatile.Read(ref _counts[3]);

    public int Bound => Volatile.Read(ref _counts[1]);

    public Task AllBound => _all[1].Task;

    public Task AllRunning => _all[2].Task;

    public Task AllGone => _gone.Task;

    public async Task RunAsync(HttpClient client, string path, CancellationToken cancel)
    {
        client.Timeout = Timeout.InfiniteTimeSpan;
        using HttpResponseMessage response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancel);
        try
        {
            await EventLines.ReadAsync(stream, 1 << 20, Count, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            foreach (TaskCompletionSource stage in _all)
                stage.TrySetException(fault);
            _gone.TrySetException(fault);
        }
        catch (OperationCanceledException)
        {
            // All was seen.
        }
    }

    private void Count(ReadOnlySpan<byte> line)
    {
        if (NameOf(line) is not { } name)
            return;
        if (line.StartsWith(DeletedMark))
        {
            if (_pods.Remove(name) && ++_counts[3] == pods)
                _gone.TrySetResult();
            return;
        }
        (int reached, long at) = _pods.GetValueOrDefault(name);
        long now = Stopwatch.GetTimestamp();
        while (reached < StageMarks.Length && line.IndexOf(StageMarks[reached]) >= 0)
        {
            if (reached > 0)
                Waits[reached - 1].Add(at, now);
            at = now;
            Reach(reached++, now);
        }
        _pods[name] = (reached, at);
    }

    /// <summary>object.metadata.name: other names stand before it.</summary>
    private static string? NameOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        return Enter(ref reader, "object"u8) && Enter(ref reader, "metadata"u8) && Enter(ref reader, "name"u8) ? reader.GetString() : null;
    }

    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType == JsonTokenType.None)
            reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }

    private void Reach(int stage, long now)
    {
        int count = ++_counts[stage];
        double seconds = Stopwatch.GetElapsedTime(began, now).TotalSeconds;
        if (count == 1)
            Times[stage][0] = seconds;
        if (count == (pods + 1) / 2)
            Times[stage][1] = seconds;
        if (count != pods)
            return;
        Times[stage][2] = seconds;
        _all[stage].TrySetResult();
    }
}
