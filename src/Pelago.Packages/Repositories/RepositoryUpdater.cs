// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Packages.Repositories;

/// <summary>
/// Brings what is kept up to date, all repositories at once. Each stands alone: one that is dead, slow, huge or garbage is marked stale and keeps what it
/// had; the others do not wait for it.
/// </summary>
public sealed class RepositoryUpdater(PackageStore store, RepositoryLimits limits, TimeProvider time) : IDisposable
{
    private readonly RepositoryDownload _download = new();

    /// <summary>How each went, in order of priority.</summary>
    /// <param name="done">Called when one is done, from any thread.</param>
    public async Task<IReadOnlyList<(RepositoryEntry Entry, RepositoryState State)>> UpdateAsync(
        IReadOnlyList<RepositoryEntry> entries, Action<RepositoryEntry, RepositoryState>? done, CancellationToken cancel) =>
        await Task.WhenAll(entries.Select(async entry =>
        {
            // Reading a folder or a document is work that does not wait.
            RepositoryState state = await Task.Run(() => UpdateAsync(entry, cancel), cancel);
            done?.Invoke(entry, state);
            return (entry, state);
        }));

    /// <summary>Receives a repository for the first time, and puts it into the list. Throws a <see cref="RepositoryException"/> when it does not work.</summary>
    /// <returns>The entry with the key that it is pinned to.</returns>
    public async Task<(RepositoryEntry Entry, RepositoryState State)> AddAsync(RepositoryEntry entry, int? index, CancellationToken cancel)
    {
        FetchedRepository fetched = await new RepositoryFetch(_download, limits).FetchAsync(entry, RepositoryState.Never, cancel);
        entry = entry with { Key = fetched.Key };
        store.Add(entry, index);
        return (entry, Keep(store.Kept(entry.Name), fetched));
    }

    /// <summary>Receives a repository without keeping anything of it: how many packages it has, and the key that signed it.</summary>
    public async Task<(int Packages, int Refused, string? Key)> VerifyAsync(RepositoryEntry entry, CancellationToken cancel)
    {
        FetchedRepository fetched = await new RepositoryFetch(_download, limits).FetchAsync(entry, RepositoryState.Never, cancel);
        return (fetched.Packages!.Count, fetched.Refused, fetched.Key);
    }

    public void Dispose() => _download.Dispose();

    private async Task<RepositoryState> UpdateAsync(RepositoryEntry entry, CancellationToken cancel)
    {
        KeptRepository kept = store.Kept(entry.Name);
        RepositoryState known = kept.State();
        // Without its tag the server sends all of it again, which mends what is damaged here.
        if (!kept.IsWhole())
            known = known with { Tag = null };
        try
        {
            return Keep(kept, await new RepositoryFetch(_download, limits).FetchAsync(entry, known, cancel));
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            // Whatever it was, it was this repository's; the others are not to suffer for it.
            return NoteStale(kept, known, fault.Message);
        }
    }

    private static RepositoryState NoteStale(KeptRepository kept, RepositoryState known, string fault)
    {
        try
        {
            return kept.Note(current => current with { Fault = fault });
        }
        catch (Exception unsaid) when (unsaid is RepositoryException or IOException or UnauthorizedAccessException)
        {
            // Another program writes there now, and says how its own attempt ended; or nobody can.
            return known with { Fault = fault };
        }
    }

    private RepositoryState Keep(KeptRepository kept, FetchedRepository fetched)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (fetched.Packages is not null)
            return kept.Replace(fetched.Packages, new RepositoryState { Fetched = now, Tag = fetched.Tag, Serial = fetched.Serial, Refused = fetched.Refused });
        // That nothing changed is said of the tag that was sent, and of nothing that came later.
        return kept.Note(current => current.Tag == fetched.Tag ? current with { Fetched = now, Fault = null } : current);
    }
}
