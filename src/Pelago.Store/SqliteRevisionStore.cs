// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging;

namespace Pelago.Store;

/// <summary>The store in a SQLite file (write-ahead log, group commit). The file belongs to one process at a time.</summary>
public static partial class SqliteRevisionStore
{
    /// <summary>
    /// Opens the state file, making it when it is not there, and reads what it holds. A <see cref="StoreUnavailableException"/> says why it
    /// cannot be opened and what to do; nothing is ever deleted or repaired silently.
    /// </summary>
    public static async Task<IRevisionStore> OpenAsync(string path, StoreOptions options, CancellationToken cancel)
    {
        var opened = new TaskCompletionSource<IRevisionStore>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Reading a large file takes seconds, all of them blocking: not on a thread of the pool.
        new Thread(() => Open(path, options, opened)) { IsBackground = true, Name = "store opening" }.Start();
        IRevisionStore store = await opened.Task;
        if (!cancel.IsCancellationRequested)
            return store;
        await store.DisposeAsync();
        throw new OperationCanceledException(cancel);
    }

    private static void Open(string path, StoreOptions options, TaskCompletionSource<IRevisionStore> opened)
    {
        try
        {
            opened.TrySetResult(Open(path, options));
        }
        catch (Exception fault)
        {
            opened.TrySetException(fault);
        }
    }

    private static RevisionStore Open(string path, StoreOptions options)
    {
        long started = options.Time.GetTimestamp();
        StateLock? held = null;
        SqliteDatabase? database = null;
        try
        {
            StateSchema.CreateFolder(path);
            held = StateLock.Take(path);
            StateSchema.CreateFile(path);
            if (options.Durability == Durability.Full)
            {
                // Closed again at once: what a crash left in the log goes into the file, and the log can be made anew.
                using (SqliteDatabase first = SqliteDatabase.Open(path, readOnly: false))
                    StateSchema.Prepare(first, path, options.Durability);
                WriteAheadFile.Allocate(path, options.WriteAheadBytes);
            }
            database = SqliteDatabase.Open(path, readOnly: false);
            StateSchema.Prepare(database, path, options.Durability);
            Dictionary<string, long> resources = StateSchema.ReadResources(database);
            LoadedState loaded = StateLoader.Load(database, resources);
            StateSchema.Upgrade(database);
            var store = new RevisionStore(new SqliteLog(path, held, database, resources, options), loaded, options);
            Log.Opened(
                options.Logging.CreateLogger("Pelago.Store"), path, loaded.Resources.Values.Sum(resource => resource.Objects.Count), loaded.Revision,
                (long)options.Time.GetElapsedTime(started).TotalMilliseconds);
            return store;
        }
        catch (Exception fault)
        {
            database?.Dispose();
            held?.Dispose();
            if (fault is SqliteFault or InvalidDataException or IOException or UnauthorizedAccessException)
                throw StateSchema.Unavailable(path, fault);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1000, Level = LogLevel.Information, Message = "Opened {Path}: {Objects} objects at revision {Revision}, in {Milliseconds} ms")]
        public static partial void Opened(ILogger logger, string path, int objects, long revision, long milliseconds);
    }
}
