// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.IO;
using Pelago.Kube;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago cp</c>: files out of tasks and into them.</summary>
internal static class CopyCommand
{
    public static Command Build()
    {
        var from = new Argument<string>("from") { Description = "TASK:PATH, or a file here" };
        var to = new Argument<string>("to") { Description = "A place here, or TASK:PATH" };
        var all = new Option<bool>("--recursive", "-r") { Description = "A directory with all in it; it goes into one that is there, under its own name" };
        var command = new Command("cp", "Copy files out of tasks and into them").WithExamples("""
            pelago cp web:data/dump.bin .          out of web; of several tasks each into a directory of its own
            pelago cp -r web:logs here             as here/logs where here is a directory, else as here
            pelago cp -r conf/. web:etc            what is in conf
            pelago cp fix.py web:fix.py            into each that begins with web
            """);
        var tasks = new TaskOptions();
        command.Arguments.Add(from);
        command.Arguments.Add(to);
        command.Options.Add(all);
        tasks.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            string source = parsed.GetRequiredValue(from), target = parsed.GetRequiredValue(to);
            (RemotePath? remoteFrom, RemotePath? remoteTo) = (RemotePath.Of(source), RemotePath.Of(target));
            if (remoteFrom is null == remoteTo is null)
                throw new CliException($"cp {source} {target}: one of both is TASK:PATH, and the other a path here", ExitCode.Usage);
            string pattern = (remoteFrom ?? remoteTo)!.Value.Task;
            using FoundTasks found = await tasks.FindAsync(parsed, new TaskQuery { Selector = tasks.Selector(parsed, pattern) }, cancel);
            found.Explain();
            var faults = new Faults();
            if (remoteFrom is { } remote)
                await DownloadAsync(found, remote.Path, target, parsed.GetValue(all), faults, cancel);
            else
                await new FileUpload(found, faults).RunAsync([source], remoteTo!.Value.Path, parsed.GetValue(all), says: null, cancel);
            return faults.Code(found);
        });
        return command;
    }

    private static async Task DownloadAsync(FoundTasks found, string path, string target, bool all, Faults faults, CancellationToken cancel)
    {
        var access = new TaskAccess();
        foreach (FoundTask task in found.Tasks)
        {
            string name = found.NameOf(task.Task);
            try
            {
                // The names of several tasks are directories, so that none overwrites another's.
                string place = found.Tasks.Count > 1 ? Path.Combine(target, name.Replace('/', '_')) : target;
                if (found.Tasks.Count > 1)
                    Directory.CreateDirectory(place);
                await new FileDownload(await access.FilesOfAsync(task, cancel), name, faults).RunAsync(path, place, all, cancel);
            }
            catch (Exception fault) when (Faults.Takes(fault))
            {
                faults.Add($"{name}:{path}", fault);
            }
        }
    }
}
