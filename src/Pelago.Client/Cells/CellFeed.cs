// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client.Cells;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>
/// The pods of a cluster as cells (docs/protocols/cells.md), for as long as somebody looks: it goes on after a disconnection from the last
/// bookmark, and begins anew when the history is gone. An API server that does not know the form is asked for a list and a watch in JSON,
/// and the cells are made here, so the sink never sees a difference. For one caller.
/// </summary>
/// <param name="pods">The pods of one namespace, or of all.</param>
/// <param name="selection">Its selectors; nothing else of it is looked at.</param>
public sealed class CellFeed(HttpKubeApi api, ResourcePath pods, ListQuery selection, TimeProvider time)
{
    /// <summary>A watch that ends sooner, and says nothing, is no sign of health.</summary>
    private static readonly TimeSpan VeryShort = TimeSpan.FromSeconds(1);
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), time);
    private readonly CellPosition _position = new();
    private bool _knowsCells = true;
    private volatile string? _trouble;

    /// <summary>Why nothing comes at present, for people; null when all is well.</summary>
    public string? Trouble => _trouble;

    /// <summary>
    /// Feeds the sink until cancelled. Each stream begins with <see cref="ICellSink.Begin"/>, from where on earlier numbers mean nothing; pods that
    /// a stream has not named when a bookmark ends its initial state do not exist any more. The sink is never given errors.
    /// </summary>
    /// <exception cref="ApiStatusException">The cluster refuses, now or from the beginning: access, a selector.</exception>
    /// <exception cref="ClusterUnreachableException">It could not be reached to begin with. Later this is waited for.</exception>
    public async Task RunAsync(ICellSink sink, CancellationToken cancel)
    {
        while (true)
        {
            long started = time.GetTimestamp();
            var stream = new CellStreamSink(sink, _position, () => _trouble = null);
            string? fault = await FollowAsync(stream, cancel);
            if (stream.Refusal is { Code: 410 } && _position.Revision is not null)
                _position.Revision = null;
            else if (fault is not null || stream.Refusal is not null || !stream.HasNews && time.GetElapsedTime(started) < VeryShort)
                await RestAsync(fault ?? stream.Refusal?.Message ?? $"cluster {api.Cluster} ends the watch at once", cancel);
        }
    }

    private async Task RestAsync(string why, CancellationToken cancel)
    {
        _trouble = why;
        await _backoff.DelayAsync(cancel);
    }

    /// <summary>One stream, to its end; what broke it, if something did.</summary>
    private async Task<string?> FollowAsync(CellStreamSink stream, CancellationToken cancel)
    {
        try
        {
            _knowsCells = _knowsCells && await new CellConnection(api, pods, selection, _position).ReadAsync(stream, cancel);
            if (!_knowsCells)
                await new EventConnection(api, pods, selection, _position, time).ReadAsync(stream, cancel);
            if (stream.Refusal is { } refusal && (!_position.HasBegun || refusal.Code is 401 or 403))
                throw new ApiStatusException(refusal);
            return null;
        }
        catch (CellFormatException fault)
        {
            // Whatever speaks there speaks another dialect: everybody speaks JSON.
            _knowsCells = false;
            _position.Revision = null;
            return fault.Message;
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or IOException && _position.HasBegun)
        {
            return fault.Message;
        }
    }
}
