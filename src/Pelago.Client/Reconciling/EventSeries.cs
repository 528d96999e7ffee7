// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Reconciling;

/// <summary>An Event that may repeat: how often it happened, and where it is written. Touched by the recorder's one loop only.</summary>
internal sealed class EventSeries(DateTimeOffset first)
{
    public EventDraft Draft { get; private set; } = null!;
    public string Message { get; private set; } = "";
    public DateTimeOffset First { get; } = first;
    public int Count { get; private set; }

    /// <summary>The Event's own name; null while it is not written.</summary>
    public string? Name { get; private set; }
    public string? Namespace { get; private set; }

    public void Happened(EventDraft draft, string message) => (Draft, Message, Count) = (draft, message, Count + 1);

    public void WrittenAs(string ns, string name) => (Namespace, Name) = (ns, name);
}
