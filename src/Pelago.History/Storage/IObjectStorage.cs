// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.History.Storage;

/// <summary>Objects by name in a place beyond this process: a folder, a bucket. Names are letters, digits, dots and dashes.</summary>
public interface IObjectStorage
{
    /// <summary>Puts an object whole, or not at all; one of the same name is replaced.</summary>
    Task PutAsync(string name, Stream content, CancellationToken cancel);

    /// <summary>Null when there is no such object.</summary>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancel);

    IAsyncEnumerable<string> ListAsync(CancellationToken cancel);

    Task DeleteAsync(string name, CancellationToken cancel);
}
