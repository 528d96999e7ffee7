// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Operate;

/// <summary><c>pelago wait</c>: until tasks have ended, as the shell's <c>wait</c>, or are in another state, or are gone.</summary>
internal static class WaitCommand
{
    private const string Ended = "ended", Gone = "gone";
    private static readonly TaskField[] Needed = [TaskFields.Exit];

    public static Command Build()
    {
        var tasks = new TaskOptions();
        Argument<string[]> names = TaskOptions.Checked(new Argument<string[]>("task") { Description = "Name, beginning or part of a name, glob or /regex/", Arity = ArgumentArity.ZeroOrMore });
        Option<string> until = new Option<string>("--for") { Description = $"What to wait for: {Ended} (the default), {Gone}, or a state", HelpName = "WHAT" }.Only([Ended, Gone, .. TaskStates.Names]);
        var timeout = new Option<string?>("--timeout") { Description = "Give up after so long: 90s, 5m, 1h (default: never)", HelpName = "TIME" };
        timeout.Validators.Add(result =>
        {
            if (result.Tokens is [{ } token] && !TryTime(token.Value, out _))
                result.AddError($"--timeout {token.Value}: write 90s, 5m or 1h");
        });
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("wait", "Wait until tasks have ended, or are in a state").WithExamples("""
            pelago wait job-1                          ends with 1 when the task failed
            pelago wait web --for running --timeout 2m
            pelago wait -l app=old --for gone
            """);
        command.Arguments.Add(names);
        tasks.AddTo(command);
        foreach (Option option in new Option[] { until, timeout, quiet })
            command.Options.Add(option);
        TaskNames.Offer(names, tasks);
        command.SetAction(async (parsed, cancel) =>
        {
            var query = new TaskQuery { Selector = tasks.Selector(parsed, parsed.GetValue(names) ?? []) with { Finished = FinishedTasks.Included }, Fields = Needed };
            // Nothing in history will run again, and what is gone is in it for long.
            if (parsed.GetValue(until) is not (null or Ended or "finished" or "failed"))
                query = query with { PastRuns = 0 };
            if (query.IsEverything)
                throw new CliException("wait: say for which tasks, by name, with -l or with -w", ExitCode.Usage);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parsed.GetValue(timeout) is { } text && TryTime(text, out TimeSpan time))
                limit.CancelAfter(time);
            IReadOnlyList<HttpKubeApi> clusters = await tasks.ConnectAsync(parsed, cancel);
            var session = new WaitSession(parsed.GetValue(until) ?? Ended, parsed.GetValue(quiet));
            try
            {
                return await RunAsync(session, clusters, query, limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new CliException($"waited {parsed.GetValue(timeout)} in vain: {session.Left}");
            }
            finally
            {
                foreach (HttpKubeApi cluster in clusters)
                    cluster.Dispose();
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(WaitSession session, IReadOnlyList<HttpKubeApi> clusters, TaskQuery query, CancellationToken cancel)
    {
        var survey = new TaskSurvey(TimeProvider.System);
        var changes = new TaskChanges(clusters, query, TimeProvider.System);
        bool hasAnswered = false, isExplained = false;
        while (true)
        {
            using FoundTasks found = await survey.FindAsync(clusters, query, cancel);
            if (found.HasFaults && (!hasAnswered || !isExplained))
                found.Explain();
            if (found.HasFaults && !hasAnswered)
                return found.ExitCode;
            // What a cluster does not say is not gone: it is waited for like everything else.
            if (!found.HasFaults && session.IsOver(found))
                return session.ExitCode;
            (hasAnswered, isExplained) = (true, found.HasFaults);
            await changes.NextAsync(found, cancel);
        }
    }

    private static bool TryTime(string text, out TimeSpan time)
    {
        bool isTime = GoDuration.TryParse(text, out GoDuration duration, out _) && duration.Nanoseconds > 0;
        time = duration.ToTimeSpan();
        return isTime && time < TimeSpan.FromDays(40);
    }
}
