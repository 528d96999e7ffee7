// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Pelago.Cli.Chameleon;

/// <summary>A request as the log of its kind of program tells it.</summary>
internal static class LogLine
{
    private static readonly string[] Paths = ["/", "/items", "/items/42", "/cart", "/search?q=lamp", "/login", "/health", "/v1/orders"];
    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "PUT"];

    public static string Of(Instance instance, Request request, DateTimeOffset at)
    {
        string method = Methods[request.Id % Methods.Length], path = Paths[request.Id / 7 % Paths.Length];
        string millis = (request.Seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture);
        bool failed = request.Code >= 500;
        string time = at.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        return instance.Persona.Log switch
        {
            LogStyle.Clf => string.Create(CultureInfo.InvariantCulture, $"10.{request.Id % 4}.{request.Id / 5 % 250}.{request.Id / 11 % 250} - - [{at:dd/MMM/yyyy:HH:mm:ss} +0000] \"{method} {path} HTTP/1.1\" {request.Code} {request.Id % 90_000}"),
            LogStyle.Json => $$"""{"time":"{{time}}","level":"{{(failed ? "error" : "info")}}","instance":"{{instance.Name}}","method":"{{method}}","path":"{{path}}","status":{{request.Code}},"ms":{{millis}}}""",
            LogStyle.Logfmt => $"ts={time} level={(failed ? "error" : "info")} instance={instance.Name} op={method} path={path} status={request.Code} duration={millis}ms",
            LogStyle.Syslog => string.Create(CultureInfo.InvariantCulture, $"{at:MMM dd HH:mm:ss} {instance.Name} {instance.Persona.Name}[{(request.Id % 30_000) + 100}]: {(failed ? "failed" : "done")} id={request.Id:x8} {millis}ms"),
            LogStyle.Java => failed
                ? $"{time} ERROR [worker-{request.Id % 16}] o.p.{instance.Persona.Name}.Handler - request {request.Id:x8} failed\njava.util.concurrent.TimeoutException: no answer after {millis} ms\n\tat o.p.{instance.Persona.Name}.Handler.handle(Handler.java:{(request.Id % 400) + 20})\n\tat java.base/java.lang.Thread.run(Thread.java:840)"
                : $"{time} INFO  [worker-{request.Id % 16}] o.p.{instance.Persona.Name}.Handler - request {request.Id:x8} done in {millis} ms",
            LogStyle.Python => $"{time} {(failed ? "ERROR" : "INFO")}:{instance.Persona.Name}.worker:step {request.Id % 100_000} {(failed ? "raised RuntimeError: worker lost" : "finished")} ({millis} ms)",
            LogStyle.Postgres => $"{time} [{(request.Id % 30_000) + 100}] {(failed ? "ERROR:  deadlock detected" : $"LOG:  duration: {millis} ms  statement: SELECT * FROM orders WHERE id = {request.Id % 10_000}")}",
            _ => $"{time} {instance.Name} {(failed ? "FAILED" : "ok")} {request.Id:x8} {millis} ms",
        };
    }
}
