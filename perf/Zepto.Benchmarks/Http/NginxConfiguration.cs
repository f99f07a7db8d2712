namespace Zepto.Benchmarks.Http;

/// <summary>nginx as one process in the foreground that answers constants.</summary>
internal static class NginxConfiguration
{
    public static string Make(int port, string pingBody, string postBody) =>
        $$"""
        daemon off;
        master_process off;
        worker_processes 1;
        pid nginx.pid;
        events {
            worker_connections 2048;
            multi_accept on;
        }
        http {
            access_log off;
            keepalive_requests 1000000000;
            client_body_temp_path temp;
            proxy_temp_path temp;
            fastcgi_temp_path temp;
            uwsgi_temp_path temp;
            scgi_temp_path temp;
            server {
                listen 127.0.0.1:{{port}} backlog=1024;
                default_type application/json;
                location = /ping { return 200 '{{Quoted(pingBody)}}'; }
                location = / { return 200 '{{Quoted(postBody)}}'; }
            }
        }
        """;

    private static string Quoted(string text) => text.Replace("\\", "\\\\").Replace("'", "\\'").Replace("\n", "\\n");
}
