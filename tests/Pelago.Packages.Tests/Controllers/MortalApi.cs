// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Pelago.Client;

namespace Pelago.Packages.Tests.Controllers;

/// <summary>The process that uses it is killed.</summary>
internal sealed class KilledException : Exception;

/// <summary>
/// A cluster as a process sees it that is killed at one of its writes: before the write, or when the cluster has it and the answer is on its way. Foreground
/// deletion is left out, for no collector runs here.
/// </summary>
internal sealed class MortalApi(IKubeApi inner, string name) : IKubeApi
{
    private bool _isDead;

    public string Cluster => name;

    public int Writes { get; private set; }

    /// <summary>At which write it is killed; 0: at none.</summary>
    public int KilledAt { get; set; }

    public bool AnswerIsLost { get; set; }

    /// <summary>How many processes that come after are killed, too, and after how many writes each.</summary>
    public (int Times, int After) Again { get; set; }

    /// <summary>How often one was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Refuses to be asked, as a cluster that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>What goes wrong instead of an answer, and should not.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What was listed.</summary>
    public ConcurrentQueue<(ResourcePath Path, ListQuery Query)> Lists { get; } = [];

    /// <summary>Another process takes the place of the one that was killed.</summary>
    public void Revive()
    {
        Kills++;
        (_isDead, KilledAt) = (false, Again.Times > 0 ? Writes + Again.After : 0);
        Again = (Again.Times - 1, Again.After);
    }

    public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => Living().GetAsync(path, cancel);

    public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => Living().GetRawAsync(path, cancel);

    public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel)
    {
        Lists.Enqueue((path, query));
        return Living().ListAsync(path, query, cancel);
    }

    public IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => Living().WatchAsync(path, query, cancel);

    public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.CreateAsync(path, body, query, cancel));

    public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.UpdateAsync(path, body, query, cancel));

    public Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.PatchAsync(path, type, patch, query, cancel));

    public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) =>
        WriteAsync(() => inner.DeleteAsync(path, query with { PropagationPolicy = "Background" }, cancel));

    private IKubeApi Living()
    {
        if (Fault is not null)
            throw Fault;
        if (IsDown)
            throw new ClusterUnreachableException(name, $"cluster {name} refused the connection");
        return _isDead ? throw new KilledException() : inner;
    }

    private async Task<ApiResult> WriteAsync(Func<Task<ApiResult>> write)
    {
        Living();
        Writes++;
        _isDead = Writes == KilledAt;
        if (_isDead && !AnswerIsLost)
            throw new KilledException();
        ApiResult answer = await write();
        return _isDead ? throw new KilledException() : answer;
    }
}
