// SPDX-License-Identifier: Apache-2.0

using Pelago.Node.Native;

namespace Pelago.Node.Serving;

/// <summary>Finds what of a container is where on this node; a refusal is an <see cref="Kube.ApiStatusException"/>.</summary>
internal interface IContainerPlaces
{
    /// <summary>The log of the newest attempt that has begun, or of the one before it.</summary>
    Task<ContainerLogPlace> LogAsync(string ns, string pod, string container, bool previous, CancellationToken cancel);

    Task<ContainerRoot> RootAsync(string ns, string pod, string container, CancellationToken cancel);
}

/// <summary>The current file of a log; rotated ones are beside it. <paramref name="UntilEnd"/> completes when nothing more will be written to it.</summary>
/// <param name="Held">The directory, where <paramref name="Path"/> leads through it: it is read until this is disposed.</param>
internal sealed record ContainerLogPlace(string Path, Func<CancellationToken, Task> UntilEnd, BeneathPath? Held = null) : IDisposable
{
    public void Dispose() => Held?.Dispose();
}

/// <summary>The directory of a container's files.</summary>
/// <param name="IsFileSystem">
/// It is the root of the container's own file system: absolute links lead from there, and '..' of it is itself. Else it is one directory, out of which
/// no path leads.
/// </param>
/// <param name="IsStillThere">Asked after the directory was opened: whether it was still the container's.</param>
internal sealed record ContainerRoot(string Path, bool IsFileSystem, Func<CancellationToken, Task<bool>> IsStillThere);
