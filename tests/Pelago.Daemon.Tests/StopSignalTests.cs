// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Daemon.Tests;

public sealed class StopSignalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_daemon_that_was_started_with_the_interrupt_ignored_is_ended_by_it_all_the_same()
    {
        string script = _directory["pelagod"];
        await File.WriteAllTextAsync(script, $"#!/bin/sh\ntrap '' INT QUIT\nexec {DaemonProcess.Program} \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var daemon = new RunningDaemon(script, _directory["home"]);
        await daemon.StartAsync(TestContext.Current.CancellationToken);

        Task ended = daemon.EndAsync(RunningDaemon.Interrupt);
        Task first = await Task.WhenAny(ended, Task.Delay(Patience, TestContext.Current.CancellationToken)); // a limit, not a wait
        if (first != ended)
            await daemon.EndAsync(RunningDaemon.KillSignal);
        await daemon.DisposeAsync();

        Assert.Same(ended, first);
        Assert.False(File.Exists(_directory["home/daemon.json"]), "it ended by itself, and not by what the signal does to who does not listen");
    }
}
