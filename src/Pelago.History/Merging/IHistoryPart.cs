// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;

namespace Pelago.History.Merging;

/// <summary>A place that has a part of a history and serves it by <see cref="Api.HistoryEndpoint"/>, such as a node.</summary>
public interface IHistoryPart
{
    /// <summary>Unique among the parts: the name of the node. Runs that are read there are of it, whatever they say.</summary>
    string Name { get; }

    /// <summary>
    /// Asks it, and gives the answer when its headers are there. An <see cref="HttpRequestException"/>: it cannot be asked, and the message says why.
    /// </summary>
    /// <param name="method">GET, POST or DELETE.</param>
    /// <param name="pathAndQuery">As <see cref="Api.HistoryPath"/> reads it, without a slash before it.</param>
    /// <param name="cancel">Ends it.</param>
    Task<HttpResponseMessage> SendAsync(HttpMethod method, string pathAndQuery, CancellationToken cancel);
}

/// <summary>The parts as they are now. <paramref name="Missing"/>: a sentence for each that should be there and is not known how to be asked.</summary>
public sealed record HistoryParts(IReadOnlyList<IHistoryPart> Known, IReadOnlyList<string> Missing);
