<?php
// Asks the database for this deployment's word. In the PHP that CentOS 7 has (5.4), so that one file serves all systems.
ini_set('default_socket_timeout', '2');
ini_set('mysqlnd.net_read_timeout', '2');

function found()
{
    $wiring = parse_ini_file('/etc/gureum/page.ini');
    $dsn = $wiring['driver'] . ':host=' . $wiring['address'] . ';port=' . $wiring['port'] . ';dbname=app';
    $dsn .= $wiring['driver'] === 'mysql' ? ';charset=utf8mb4' : ';connect_timeout=2';
    $check = array('name' => 'database', 'ok' => false, 'ms' => 0, 'product' => '', 'version' => '', 'words' => '');
    $token = '';
    $start = microtime(true);
    try {
        $options = array(PDO::ATTR_TIMEOUT => 2, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION);
        $database = new PDO($dsn, $wiring['user'], $wiring['password'], $options);
        $version = $database->query('SELECT version()')->fetchColumn();
        $check['product'] = $wiring['driver'] === 'pgsql' ? 'PostgreSQL' : 'MariaDB';
        $check['version'] = $wiring['driver'] === 'pgsql' ? $database->getAttribute(PDO::ATTR_SERVER_VERSION) : $version;
        $word = $database->query('SELECT token FROM gureum_check WHERE id = 1')->fetchColumn();
        if ($word === false) {
            throw new Exception('gureum_check has no row 1');
        }
        $token = $word;
        $check['ok'] = true;
    } catch (Exception $failure) {
        $check['words'] = $failure->getMessage();
    }
    $check['ms'] = (int) ((microtime(true) - $start) * 1000);
    http_response_code($check['ok'] ? 200 : 503);
    header('Cache-Control: no-store');
    return array(
        'was' => $wiring['local'],
        'token' => $token,
        'environment' => $wiring['environment'],
        'checks' => array($check),
        'containers' => isset($wiring['containers']) ? $wiring['containers'] : array(),
    );
}
