// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// One run from here: its streams carried, its end awaited, what arrived compared with what was sent. A connection that breaks is made again from the
/// byte where it broke, for as long as the keeper waits.
/// </summary>
internal sealed class RunSession(RunPlace place, RunRequest request, CheckedOutput output, CheckedOutput errors, TimeProvider time)
{
    /// <summary>128 and the number of SIGHUP.</summary>
    private const int HungUp = 129;

    /// <summary>What <c>again.sh</c> ends with when nobody has begun the run and nobody seems to.</summary>
    private const int NeverBegun = 75;

    /// <summary>What it ends with for another client while the first one is there.</summary>
    private const int IsShownElsewhere = 76;

    /// <summary>How long a run is kept by a cluster that hears nothing of its client.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>A record that nobody has fetched is kept so long.</summary>
    public static readonly TimeSpan KeptGrace = TimeSpan.FromHours(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly InputProgress _input = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<string> _unsaid = [];
    private ControlChannel? _control;

    // From then on the command may have run, and is not begun a second time.
    private bool _hasBegun;

    /// <summary>Done when the pod has ended or is gone: then there is nothing to come back to.</summary>
    public Task Gone { get; init; } = new TaskCompletionSource().Task;

    public long BytesIn => _input.Count;

    /// <summary>Hands a signal to all processes of the run; while no channel leads there, as soon as one does.</summary>
    public Task SignalAsync(string name)
    {
        lock (_gate)
        {
            if (_control is { } open)
                return open.SayAsync($"signal {name}");
            _unsaid.Add(name);
            return Task.CompletedTask;
        }
    }

    /// <summary>Begins what the keeper holds ready, and carries it to its end. A connection that breaks before the command runs is made anew for a while.</summary>
    public async Task<RunEnd> RunAsync(Stream? stdin, Func<CancellationToken, Task> stage, CancellationToken cancel)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await BeginAsync(stdin, stage, cancel);
            }
            catch (LostRunException lost) when (!_hasBegun)
            {
                Closed();
                if (time.GetElapsedTime(started) > Grace)
                    throw new RunFailure(RunFailure.Engine, $"it could not be begun in pod {place.Pod}: {lost.Message}");
                await Task.Delay(Pause, time, cancel);
            }
            catch (LostRunException) when ((stdin is null || _input.HasEnded) && !request.HasTerminal)
            {
                Closed();
                return await ResumeAsync(cancel);
            }
        }
    }

    private async Task<RunEnd> BeginAsync(Stream? stdin, Func<CancellationToken, Task> stage, CancellationToken cancel)
    {
        await using ControlChannel control = await ControlChannel.OpenAsync(place, isFirst: true, cancel);
        try
        {
            await control.Ready.WaitAsync(Grace, time, cancel);
        }
        catch (TimeoutException)
        {
            throw new LostRunException("its keeper does not say that it is ready");
        }
        await OpenedAsync(control);
        await StageAsync(control, stage, cancel);
        // Not before: streams whose connection breaks may be read there beside those of the next attempt, and a terminal is where the command begins at once.
        _hasBegun = request.HasTerminal;
        await using ExecSession streams = request.HasTerminal
            ? await place.ExecAsync(RemoteScripts.Terminal, request.Command, stdin: true, terminal: true, cancel)
            : await place.ExecAsync(RemoteScripts.Streams, [], stdin is not null, terminal: false, cancel);
        await using CountedInput? input = stdin is null ? null : new CountedInput(
            stdin, _input, count => streams.CanCloseStdin ? Task.CompletedTask : control.SayAsync($"close {count.ToString(CultureInfo.InvariantCulture)}"),
            request.HasTerminal ? () => _left.TrySetResult() : null);
        _hasBegun = true;
        await control.SayAsync("go");
        return request.HasTerminal ? await InTerminalAsync(control, streams, input, cancel) : await CarryAsync(control, streams, input, cancel);
    }

    /// <summary>Goes on with a run that another client began, or this one before its connection broke.</summary>
    public async Task<RunEnd> ResumeAsync(CancellationToken cancel)
    {
        long lost = time.GetTimestamp();
        while (true)
        {
            long tried = time.GetTimestamp();
            try
            {
                await using ControlChannel control = await ControlChannel.OpenAsync(place, isFirst: _hasBegun, cancel);
                // The first one may have been lost on its way; a second one changes nothing. Of a run of another client it is not known whether all is there that it needs.
                if (_hasBegun)
                    await control.SayAsync("go");
                await OpenedAsync(control);
                await using ExecSession streams = await place.ExecAsync(RemoteScripts.Again, [From(output), From(errors), _hasBegun ? "0" : "1"], stdin: false, terminal: false, cancel);
                return await CarryAsync(control, streams, null, cancel);
            }
            catch (LostRunException e)
            {
                Closed();
                // One that held for so long was there: this is another loss.
                if (time.GetElapsedTime(tried) > Grace)
                    lost = time.GetTimestamp();
                if (Gone.IsCompleted || time.GetElapsedTime(lost) > Grace)
                    throw new RunFailure(RunFailure.LostContact, $"lost contact with pod {place.Pod}, and what became of the run is not known: {e.Message}");
                await Task.WhenAny(Gone, Task.Delay(Pause, time, cancel));
                cancel.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A run that a signal has ended before it began needs nothing brought along.</summary>
    private static async Task StageAsync(ControlChannel control, Func<CancellationToken, Task> stage, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task staging = stage(enough.Token);
        if (await Task.WhenAny(staging, control.End) == staging)
        {
            await staging;
            return;
        }
        await enough.CancelAsync();
        await staging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await control.End;
    }

    private Task OpenedAsync(ControlChannel control)
    {
        string[] unsaid;
        lock (_gate)
        {
            _control = control;
            unsaid = [.. _unsaid];
            _unsaid.Clear();
        }
        return Task.WhenAll(unsaid.Select(name => control.SayAsync($"signal {name}")));
    }

    private void Closed()
    {
        lock (_gate)
            _control = null;
    }

    private async Task<RunEnd> CarryAsync(ControlChannel control, ExecSession streams, CountedInput? stdin, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<ExecOutcome> carrying = streams.CopyAsync(stdin, output, errors, over.Token);
        try
        {
            await Task.WhenAny(control.End, carrying);
            if (carrying.IsCompleted && !cancel.IsCancellationRequested)
                await ThrowIfBrokenAsync(control, carrying, stdin is not null);
            RunEnd end = await control.End.WaitAsync(cancel);
            await Task.WhenAny(carrying, Task.WhenAll(output.Reached(end.OutBytes), errors.Reached(end.ErrBytes)));
            await StopAsync(carrying, over);
            await FetchAsync("out.all", output, end.OutBytes, cancel);
            await FetchAsync("err.all", errors, end.ErrBytes, cancel);
            if (end.Code == 0)
                await Returning.BringAsync(place, request.Return, request.ReturnTo, cancel);
            await control.SayAsync("bye");
            Verify("output", output, end.OutBytes, end.OutSum);
            Verify("error", errors, end.ErrBytes, end.ErrSum);
            return end;
        }
        finally
        {
            await StopAsync(carrying, over);
        }
    }

    /// <summary>
    /// What has been taken off the connection is still written, so that it is known from where to go on. For a reader that takes nothing the run is not
    /// kept that long either.
    /// </summary>
    private async Task StopAsync(Task carrying, CancellationTokenSource over)
    {
        await over.CancelAsync();
        await carrying.WaitAsync(Grace, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!carrying.IsCompleted)
            throw new RunFailure(RunFailure.LostContact, $"lost the streams of pod {place.Pod}, and nobody takes what had come by them");
    }

    /// <summary>Streams that ended before the run has: they have carried all, or nothing more comes by them.</summary>
    private async Task ThrowIfBrokenAsync(ControlChannel control, Task<ExecOutcome> carrying, bool hasInput)
    {
        if (carrying.Exception is { InnerException: { } fault })
        {
            await EndAsync(control);
            throw new RunFailure(RunFailure.Engine, $"its streams could not be carried: {fault.Message}");
        }
        ExecOutcome outcome = await carrying;
        ThrowIfNotOurs(outcome.ExitCode);
        if (outcome is not { ExitCode: < 0, Error: { } broken } || await Task.WhenAny(control.End, Task.Delay(Farewell, time)) == control.End)
            return;
        if (!hasInput || _input.HasEnded)
            throw new LostRunException(broken.Message);
        // It would take what it got for all of its input.
        await EndAsync(control);
        throw new RunFailure(RunFailure.LostContact, $"lost the streams of pod {place.Pod} before all of standard input was there: {broken.Message}");
    }

    private async Task EndAsync(ControlChannel control)
    {
        await control.SayAsync("signal TERM");
        await Task.WhenAny(control.End, Task.Delay(Farewell, time));
    }

    private static void ThrowIfNotOurs(int code)
    {
        if (code == NeverBegun)
            throw new RunFailure(RunFailure.Engine, "it was never begun: its client was gone before it had brought all that the run needs. Give the command again", isOver: true);
        if (code == IsShownElsewhere)
            throw new RunFailure(RunFailure.Engine, "its first client is still there and shows it; what it prints goes to one place at a time");
    }

    private async Task<RunEnd> InTerminalAsync(ControlChannel control, ExecSession streams, CountedInput? input, CancellationToken cancel)
    {
        if (await ShowAsync(streams, input, cancel) is not { } outcome)
            return await HangUpAsync(control);
        if (outcome.Error is { } error)
            throw new RunFailure(RunFailure.LostContact, $"the terminal of pod {place.Pod} is gone: {error.Message}");
        await control.SayAsync($"code {outcome.ExitCode.ToString(CultureInfo.InvariantCulture)}");
        RunEnd end = await control.End.WaitAsync(cancel);
        if (end.Code == 0)
            await Returning.BringAsync(place, request.Return, request.ReturnTo, cancel);
        await control.SayAsync("bye");
        return end;
    }

    /// <summary>Null when its person has left it. At its end the terminal here is as it was: what follows can be interrupted.</summary>
    private async Task<ExecOutcome?> ShowAsync(ExecSession streams, CountedInput? input, CancellationToken cancel)
    {
        using var terminal = new RawTerminal(size => streams.ResizeAsync(size.Width, size.Height, cancel));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<ExecOutcome> carrying = streams.CopyAsync(input, output, null, over.Token);
        if (await Task.WhenAny(carrying, _left.Task) == carrying)
            return await carrying;
        await over.CancelAsync();
        // A terminal that is stopped takes nothing, and is left all the same.
        await ((Task)carrying).WaitAsync(Farewell, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return null;
    }

    /// <summary>As when a terminal is closed. Who leaves so may do it because the other side says nothing any more: it is not waited for.</summary>
    private async Task<RunEnd> HangUpAsync(ControlChannel control)
    {
        await control.SayAsync("signal HUP");
        await control.SayAsync($"code {HungUp.ToString(CultureInfo.InvariantCulture)}");
        await Task.WhenAny(control.End, Task.Delay(Farewell, time));
        await control.SayAsync("bye");
        return new RunEnd(HungUp, 0, 0, 0, 0, IsLate: false);
    }

    /// <summary>What was kept there and did not come.</summary>
    private async Task FetchAsync(string record, CheckedOutput target, long whole, CancellationToken cancel)
    {
        if (target.Count >= whole)
            return;
        await using ExecSession rest = await place.ExecAsync("exec tail -c \"+$1\" \"run/$2\"", [From(target), record], stdin: false, terminal: false, cancel);
        await rest.CopyAsync(null, target, Stream.Null, cancel);
    }

    private static void Verify(string stream, CheckedOutput came, long bytes, uint sum)
    {
        if (came.Fault is { } unwritten)
            throw new RunFailure(RunFailure.Truncated, $"standard {stream} could not be written: {unwritten.Message}");
        if (came.Count != bytes || came.Checksum() != sum)
            throw new RunFailure(RunFailure.Truncated, $"standard {stream} is not what was written there: {came.Count} bytes came, {bytes} were written");
    }

    private static string From(CheckedOutput stream) => (stream.Count + 1).ToString(CultureInfo.InvariantCulture);
}
