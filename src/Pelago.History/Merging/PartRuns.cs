// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text.Json.Nodes;
using Pelago.History.Api;
using Pelago.History.Days;
using Pelago.Kube;

namespace Pelago.History.Merging;

/// <summary>The runs of one part that a query means, read in chunks as they are taken.</summary>
/// <param name="part">Whose.</param>
/// <param name="answers">How it is asked.</param>
/// <param name="query">Its namespace, and as <paramref name="selector"/> all else.</param>
/// <param name="selector">The fields that choose.</param>
/// <param name="place">After which run it goes on; empty: with the newest.</param>
/// <param name="chunk">How many are asked for together.</param>
internal sealed class PartRuns(IHistoryPart part, PartAnswers answers, RunQuery query, string selector, string place, int chunk)
{
    private readonly Queue<RunRecord> _read = new();
    private string _next = place;
    private bool _isLast;

    public string Name => part.Name;

    /// <summary>After the last that was taken.</summary>
    public string Place { get; private set; } = place;

    /// <summary>Why the rest is missing; null: it is not.</summary>
    public string? Fault { get; private set; }

    /// <summary>The next one; null: there is none, or it has to be read.</summary>
    public RunRecord? Head => _read.Count > 0 ? _read.Peek() : null;

    public bool NeedsReading => _read.Count == 0 && !_isLast && Fault is null;

    public RunRecord Take()
    {
        RunRecord run = _read.Dequeue();
        Place = RunCursor.After(run);
        return run;
    }

    /// <param name="enough">When nobody waits for it any more: then the rest is missing.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task ReadAsync(CancellationToken enough, CancellationToken cancel)
    {
        string path = query.Namespace.Length > 0 ? $"namespaces/{Uri.EscapeDataString(query.Namespace)}/{HistoryApi.Runs}" : HistoryApi.Runs;
        string after = _next.Length > 0 ? $"&continue={Uri.EscapeDataString(_next)}" : "";
        string fields = selector.Length > 0 ? $"&fieldSelector={Uri.EscapeDataString(selector)}" : "";
        try
        {
            JsonObject list = await answers.GetAsync(part, $"{path}?{RunDocument.PlacesParameter}=true&limit={chunk}{after}{fields}", enough, cancel);
            foreach (JsonObject item in (list.Array("items") ?? []).OfType<JsonObject>().Take(chunk))
            {
                RunRecord run = RunDocument.Read(item) with { Node = part.Name };
                if (query.Namespace.Length == 0 || run.Namespace == query.Namespace)
                    _read.Enqueue(run);
            }
            _next = list.Object("metadata")?.String("continue") ?? "";

            // Nothing, and more of it: that is no answer of this program's, and is not asked for for ever.
            _isLast = _next.Length == 0 || _read.Count == 0;
        }
        catch (Exception fault) when (fault is HttpRequestException or ArgumentException)
        {
            Fault = fault.Message;
        }
    }
}
