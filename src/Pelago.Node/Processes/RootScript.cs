// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Node.Capabilities;

namespace Pelago.Node.Processes;

/// <summary>
/// The part of a supervisor's script that gives a container a root of its own. Mount points are resolved inside the new root, so that no link there
/// leads out; it starts as few processes as it can, for they are what a pod's start consists of.
/// </summary>
internal sealed class RootScript(ContainerDirectory directory, RootPlan plan, HostTools tools)
{
    private const string Devices = "/dev";
    private readonly StringBuilder _text = new();
    private readonly string _mount = Quote(tools.Mount!);

    public string Write(string workingDirectory, bool readOnly)
    {
        string host = plan.HostRoot;
        WriteFault();
        (string upper, string work) = (directory.OverlayUpper, directory.OverlayWork);
        if (plan.OverlayInMemory)
        {
            (upper, work) = (upper + "/u", upper + "/w");
            string made = string.Join(' ', new[] { work, upper + ".dev", work + ".dev" }.Select(Quote));
            Line($"{_mount} -t tmpfs tmpfs {Quote(directory.OverlayUpper)} && mkdir {made} && cp -R {Quote(RootPlan.First(directory, inMemory: true))} {Quote(upper)} || _pelago_fail 'no memory for the root directory'");
        }
        string root = Quote(directory.Root);
        Line($"{_mount} -t overlay overlay -o {Quote($"lowerdir=/,upperdir={Escape(upper)},workdir={Escape(work)}")} {root} || _pelago_fail 'the overlay over the host root could not be mounted'");
        Line($"cd {root} && {Quote(tools.PivotRoot!)} . .{host} && cd / || _pelago_fail 'the root directory could not be changed'");
        Line($"{_mount} -t proc proc /proc || {_mount} --rbind {host}/proc /proc || _pelago_fail '/proc could not be mounted'");
        // The host's devices, in a directory that can be written without the host seeing it: /dev/termination-log is made there.
        string devices = Quote($"lowerdir={host}{Devices},upperdir={Escape(host + upper)}.dev,workdir={Escape(host + work)}.dev");
        Line($"{_mount} -t overlay overlay -o {devices} {Devices} 2>/dev/null || {_mount} --rbind {host}{Devices} {Devices}");
        Line($"{_mount} -a -T {Quote(host + directory.HostMounts)} 2>/dev/null");
        MakePoints(plan.Mounts);
        string faults = Quote(host + directory.Mounts + ".err");
        Line($"{_mount} -a -T {Quote(host + directory.Mounts)} 2>{faults} || _pelago_unmounted {faults}");
        foreach (MountLine line in plan.InnerMounts)
        {
            MakePoints([line]);
            Line($"{_mount} -t {line.Type} -o {line.Options} {Quote(line.Source)} {Quote(line.Target)} 2>{faults} || _pelago_unmounted {faults}");
        }
        Line($"[ -d {Quote(workingDirectory)} ] || mkdir -p {Quote(workingDirectory)}");
        if (readOnly)
            Line($"{_mount} -o remount,ro /");
        return _text.ToString();
    }

    private static string Quote(string word) => ShellText.Quote(word);

    private void Line(string line) => _text.Append(line).Append('\n');

    /// <summary>Says what mount said, by the name that a user knows.</summary>
    private void WriteFault()
    {
        Line("_pelago_unmounted() {");
        Line("_pelago_e=; while read -r _pelago_s; do _pelago_e=\"$_pelago_e $_pelago_s\"; done <\"$1\"");
        Line("case $_pelago_e in");
        foreach (MountLine line in plan.Mounts.Concat(plan.InnerMounts).Where(line => line.Name.Length > 0))
            Line($"*{Quote($" {line.Target}: ")}*) _pelago_s={Quote(line.Name)} ;;");
        Line("*) _pelago_s='the container' ;;");
        Line("esac; _pelago_fail \"$_pelago_s could not be mounted:$_pelago_e\"; }");
    }

    /// <summary>Makes the mount points that are not there, as a file for a file.</summary>
    private void MakePoints(IReadOnlyList<MountLine> lines)
    {
        Line("set --");
        foreach (MountLine line in lines)
        {
            string point = Quote(line.Target), parent = Quote(System.IO.Path.GetDirectoryName(line.Target) ?? "/");
            Line(line.Type == "none"
                ? $"if [ -d {Quote(line.Source)} ]; then [ -d {point} ] || set -- \"$@\" {point}; else [ -d {parent} ] || set -- \"$@\" {parent}; fi"
                : $"[ -d {point} ] || set -- \"$@\" {point}");
        }
        Line("[ $# -eq 0 ] || mkdir -p -- \"$@\"");
        // Not with the builtin `:`, whose failed redirection would end the shell.
        foreach (MountLine line in lines.Where(line => line.Type == "none"))
            Line($"[ -d {Quote(line.Source)} ] || [ -e {Quote(line.Target)} ] || true >{Quote(line.Target)}");
    }

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
