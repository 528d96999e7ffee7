// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Kube.Lines;

namespace Pelago.Client;

/// <summary>
/// Logs and files of one task. Two: by its node, which searches and follows them, and by exec and logs on a Kubernetes that has only these. Refusals are an
/// <see cref="Kube.ApiStatusException"/>, what breaks off an <see cref="IOException"/>, and a cluster that does not answer a <see cref="ClusterUnreachableException"/>.
/// </summary>
public interface ITaskFiles
{
    /// <summary>Of the log that was read last: why it is not whole, in one word; empty where nothing is known to be missing.</summary>
    string LogLoss => "";

    /// <summary>Of what was found, or added up, last: the directories in which names are left out.</summary>
    IReadOnlyList<UnnamedFiles> Unnamed => [];

    /// <summary>The file or directory at the path first (with an empty path), then what is below it, in the order of names.</summary>
    IAsyncEnumerable<TaskFile> FindAsync(string path, FindRequest request, CancellationToken cancel);

    /// <summary>The directories below a path with what they take, inner ones first; down to a depth.</summary>
    IAsyncEnumerable<TaskFile> UsageAsync(string path, int? depth, CancellationToken cancel);

    /// <summary>The bytes of a file. A read fails when not all of them come.</summary>
    Task<Stream> ReadAsync(string path, CancellationToken cancel);

    /// <summary>Lines of a file, or of all logs that are kept when <paramref name="path"/> is null, in the form that <see cref="LineFilter"/> writes.</summary>
    /// <param name="query">Which lines.</param>
    /// <param name="path">A file; null: the logs.</param>
    /// <param name="stream">Of the logs: <c>Stdout</c> or <c>Stderr</c> alone.</param>
    /// <param name="cancel">Ends it.</param>
    Task<Stream> GrepAsync(LineQuery query, string? path, string? stream, CancellationToken cancel);

    /// <summary>A text in pieces, each once and in order; ends when all is read, or when the followed container has ended.</summary>
    IAsyncEnumerable<FeedPiece> FeedAsync(FeedRequest request, CancellationToken cancel);
}
